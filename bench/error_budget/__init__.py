"""The numbers of error_budget.md."""
