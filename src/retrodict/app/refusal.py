"""What the app answers instead of a page: one line that says what was wrong and what helps."""

from __future__ import annotations

from retrodict.errors import RequestError


class RefusedError(RequestError):
    """A request that is not met.

    Parameters
    ----------
    line
        What was wrong, what was given, and what helps.
    status
        Of HTTP.
    """

    def __init__(self, line: str, status: int = 400) -> None:
        super().__init__(line)
        self.status = status
