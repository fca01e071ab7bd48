"""What a model gives away of single columns of its training rows, beside rows that it did not see."""

from retrodict.evaluation.attributes.result import AttributeLine, AttributeRisk
from retrodict.evaluation.attributes.risk import attribute_risk

__all__ = ["AttributeLine", "AttributeRisk", "attribute_risk"]
