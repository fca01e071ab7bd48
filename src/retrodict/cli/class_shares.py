"""Class shares as they are written on the command line."""

from __future__ import annotations

from retrodict.errors import RequestError


def read_class_shares(text: str | None) -> dict[str, float] | str | None:
    """Read ``model``, ``equal`` or ``a=0.3,b=0.7``.

    Parameters
    ----------
    text
        What was given; ``None`` is left to the library.

    Raises
    ------
    RequestError
        If it is none of these, or names a class twice.
    """
    if text is None or text in ("model", "equal"):
        return text
    shares: dict[str, float] = {}
    for part in text.split(","):
        label, equals, number = (piece.strip() for piece in part.rpartition("="))
        try:
            share = float(number)
        except ValueError:
            equals = ""
        if not (equals and label):
            raise RequestError(f"class shares must be model, equal, or like a=0.3,b=0.7; can't read '{part.strip()}'")
        if label in shares:
            raise RequestError(f"class shares name the class '{label}' twice")
        shares[label] = share
    return shares
