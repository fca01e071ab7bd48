"""Engines that users bring: what is asked of one, and how it is kept with a result."""

from __future__ import annotations

import inspect
from collections.abc import Mapping, Sequence
from typing import Any

from retrodict.errors import RequestError
from retrodict.inference.contract import Engine
from retrodict.inference.engines import AUTO


def check_engine(engine: Any, names: Sequence[str]) -> None:
    """Refuse what is no engine.

    Parameters
    ----------
    engine
        Anything but a name.
    names
        Of the engines that need no object, for the error.

    Raises
    ------
    RequestError
        If it is a class, or has no ``draw(posterior, n, rng)``.
    """
    if isinstance(engine, type) or not isinstance(engine, Engine):
        what = f"the class {engine.__name__}" if isinstance(engine, type) else engine_text(engine)[:100]
        raise RequestError(
            f"unknown engine {what}; use one of {', '.join(names)}, or an object with draw(posterior, n, rng)"
        )
    try:
        inspect.signature(engine.draw).bind(None, 1, None)
    except TypeError as error:
        raise RequestError(
            f"the engine {type(engine).__name__} can't be asked: draw(posterior, n, rng) does not fit it ({error}); "
            "let it take these three"
        ) from None
    except ValueError:  # compiled code that does not tell what it takes
        return


def engine_text(engine: Any) -> str:
    """Return an engine as it is kept with a result: its settings, and never a place in memory."""
    if isinstance(engine, str):
        return engine
    if isinstance(engine, Mapping):
        return f"{AUTO} among {', '.join(engine)}"
    text = repr(engine)
    return type(engine).__qualname__ if " at 0x" in text else text
