"""The error budget estimated from real rows."""

from retrodict.theory.estimates.budget import error_budget
from retrodict.theory.estimates.estimate import Estimate
from retrodict.theory.estimates.result import ClassEstimate, EstimatedBudget

__all__ = ["ClassEstimate", "Estimate", "EstimatedBudget", "error_budget"]
