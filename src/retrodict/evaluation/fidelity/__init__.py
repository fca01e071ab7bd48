"""How near a table comes to real rows as a distribution, beside what the prior, chance and fresh real rows reach."""

from retrodict.evaluation.fidelity.evaluate import evaluate
from retrodict.evaluation.fidelity.result import Fidelity

__all__ = ["Fidelity", "evaluate"]
