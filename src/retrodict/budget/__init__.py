"""The error budget estimated from real rows."""

from retrodict.budget.budget import error_budget
from retrodict.budget.estimate import Estimate
from retrodict.budget.result import ClassEstimate, EstimatedBudget

__all__ = ["ClassEstimate", "Estimate", "EstimatedBudget", "error_budget"]
