"""Options that several commands share, as groups: a parameter whose type is a dataclass stands for its fields."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import MISSING, Field, fields, is_dataclass
from functools import wraps
from typing import Any, get_type_hints


def grouped(function: Callable[..., None]) -> Callable[..., None]:
    """Let a command take groups of options; a decorator.

    Parameters
    ----------
    function
        The command. Each of its parameters whose type is a dataclass is spread on the command line into one parameter
        a field, and given to the command as one object again. One that has a method `begin` is told before the command
        is run.
    """
    hints = get_type_hints(function, include_extras=True)
    groups: dict[str, Any] = {name: kind for name, kind in hints.items() if is_dataclass(kind)}
    spread: list[inspect.Parameter] = []
    for parameter in inspect.signature(function).parameters.values():
        if parameter.name in groups:
            spread += _spread(groups[parameter.name])
        else:
            spread.append(parameter.replace(kind=parameter.KEYWORD_ONLY, annotation=hints[parameter.name]))

    @wraps(function)
    def command(**given: Any) -> None:
        for name, kind in groups.items():
            given[name] = kind(**{field.name: given.pop(field.name) for field in fields(kind)})
        for name in groups:
            if hasattr(given[name], "begin"):
                given[name].begin()
        function(**given)

    command.__signature__ = inspect.Signature(spread)  # type: ignore[attr-defined]  # what the parser reads
    command.__annotations__ = {parameter.name: parameter.annotation for parameter in spread}
    return command


def _spread(kind: Any) -> list[inspect.Parameter]:
    hints = get_type_hints(kind, include_extras=True)
    return [
        inspect.Parameter(
            field.name, inspect.Parameter.KEYWORD_ONLY, default=_default(field), annotation=hints[field.name]
        )
        for field in fields(kind)
    ]


def _default(field: Field[Any]) -> Any:
    return inspect.Parameter.empty if field.default is MISSING else field.default
