"""Every failure a user can meet: one line that says what was wrong, what was given and the remedy."""

from __future__ import annotations


class RetrodictError(Exception):
    """Base of all errors raised on purpose by retrodict; its text is one line, fit to be shown to a user."""


class SchemaError(RetrodictError, ValueError):
    """A column, kind, bound or category that does not fit the schema."""


class ModelError(RetrodictError, ValueError):
    """A model file or object that can't be read, isn't fitted, or isn't a classifier or regressor."""


class UnsafeFileError(ModelError):
    """A file that could execute code when read, refused until the user says so explicitly."""


class PriorError(RetrodictError, ValueError):
    """An assumed prior that is impossible, incomplete, or does not fit the model."""


class ObservationError(RetrodictError, ValueError):
    """An observed output that the model can't produce."""


class RequestError(RetrodictError, ValueError):
    """A setting (rows, budget, shares, engine, path) that can't be met as asked."""


class RunError(RetrodictError):
    """A request that was right, and a run that failed: no row found, or a model that can't score the prior's rows."""


class ScoringError(RunError, ModelError):
    """A model that was read, but fails on the rows it is given."""


class BudgetExhaustedError(RunError):
    """The query budget ran out before the next model call.

    Engines catch it and report what was reached; a user sees it only from a bare model call.
    """


class TimeLimitError(BudgetExhaustedError):
    """The time that a piece of work was given ran out; what stops for a query budget stops for it, too."""


class MissingExtraError(RetrodictError, ImportError):
    """An optional library that is not installed; the text names the extra to install."""
