"""The walk through a model: every part where it stands, before the parts that it holds."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Literal

from retrodict.disclosures.place import Place
from retrodict.disclosures.unread import Unread, type_name

Role = Literal["model", "step", "predictor", "member", "target", "aid"]
"""What a part is to what holds it. `model`: nothing holds it. `step`: rows pass through it on their way. `predictor`:
the whole predicts as it does. `member`: one of several that predict together. `target`: it changes the target, not
rows. `aid`: the whole works with it itself."""


@dataclass(frozen=True)
class Part:
    """One part of a model: an estimator, or whatever stands in the place of one.

    Parameters
    ----------
    thing
        The part itself.
    place
        What it is given: its columns, its rows, its classes, its target.
    role
        What it is to what holds it.
    """

    thing: Any
    place: Place
    role: Role = "model"


def visit(
    part: Part,
    inside: Callable[[Part], Iterable[Part | Unread]],
    placed: Callable[[Part], Part],
    above: tuple[Any, ...] = (),
) -> Iterator[Part | Unread]:
    """Yield a part, then what it holds, part by part; one that holds itself ends the walk there.

    Parameters
    ----------
    part
        Where to begin; words (``"passthrough"``, ``"drop"``) and ``None`` hold nothing and are passed over.
    inside
        The parts that one part holds; what could not be entered is passed on as it is.
    placed
        A part with its columns as they reach it, by what it says itself of how many it takes.
    above
        What holds it, from the outermost on.
    """
    thing = part.thing
    if thing is None or isinstance(thing, str):
        return
    if any(one is thing for one in above):
        yield Unread(part.place.path, type_name(thing), "broken", "it holds itself")
        return
    part = placed(part)
    yield part
    for one in inside(part):
        if isinstance(one, Unread):
            yield one
        else:
            yield from visit(one, inside, placed, (*above, thing))
