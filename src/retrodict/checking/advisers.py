"""The families' advice: by name, by type, and over all parts of an estimator."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from difflib import get_close_matches
from typing import Any, cast

from retrodict.checking.rules import Advising, Part
from retrodict.errors import RequestError
from retrodict.models.family import families, family_of, part
from retrodict.plain_text import listing, shown
from retrodict.results.notes import Note

DEEPEST = 30
"""Estimators within one another: deeper nests than any that is meant."""

_CLOSE = 0.75
"""How alike two names are for one to be offered for the other (`difflib`): a letter or two apart."""


def adviser(family: str | None) -> Advising | None:
    """Return the advice of a family; ``None`` where it has none."""
    return None if family is None else cast("Advising | None", part(family, "advice"))


def advisers() -> Iterator[tuple[str, Advising]]:
    """Yield the package and the advice of each family that has one."""
    for family in families():
        if (found := adviser(family)) is not None:
            yield family, found


def made_by_name(name: str, settings: Mapping[str, Any]) -> Any:
    """Return an unfitted estimator by its name; nothing is imported that a family's own list does not name.

    Parameters
    ----------
    name
        Of its class.
    settings
        By name. A mapping with the key `estimator` (and `settings`) stands for an estimator, at any depth.

    Raises
    ------
    RequestError
        If no family knows the name, or the estimator does not take the settings.
    MissingExtraError
        If its library is not installed.
    """
    found = next((one for _, one in advisers() if name in one.names()), None)
    if found is None:
        known = sorted({each for _, one in advisers() for each in one.names()})
        by_small = {each.lower(): each for each in known}
        near = [by_small[one] for one in get_close_matches(name.lower(), by_small, cutoff=_CLOSE)]
        meant = f"did you mean {' or '.join(near)}?" if near else f"give one of {listing(known, 6)}, or a file"
        raise RequestError(f"'{shown(name)}' is not known: nothing is said of it; {meant}")
    return found.make(name, {key: _value(value, 0) for key, value in settings.items()})


def _value(value: Any, depth: int) -> Any:
    """Return a setting with what stands for estimators made."""
    if depth > DEEPEST:
        raise RequestError(f"the settings are nested more than {DEEPEST} deep; write them flatter")
    if isinstance(value, Mapping) and "estimator" in value:
        name, settings = named(value)
        return made_by_name(name, {key: _value(one, depth + 1) for key, one in settings.items()})
    if isinstance(value, list):
        return [_value(one, depth + 1) for one in value]
    return value


def named(data: Mapping[str, Any], also: tuple[str, ...] = ()) -> tuple[str, Mapping[str, Any]]:
    """Return the name and the settings that plain data give.

    Raises
    ------
    RequestError
        If a key has no meaning, or a value is of another kind.
    """
    odd = [str(key) for key in data if key not in ("estimator", "settings", *also)]
    if odd:
        keys = ", ".join(("estimator", "settings", *also))
        raise RequestError(f"'{shown(odd[0])}' has no meaning beside 'estimator'; the keys are {keys}")
    name, settings = data["estimator"], data.get("settings") or {}
    if not isinstance(name, str):
        raise RequestError(f"'estimator' must be the name of an estimator, got {shown(repr(name), 40)}")
    if not isinstance(settings, Mapping) or not all(isinstance(key, str) for key in settings):
        raise RequestError(f"'settings' must be a mapping of names to values, got {shown(repr(settings), 40)}")
    return name, settings


def parts_of(made: Any) -> Iterator[Part | Note]:
    """Yield an estimator and all that it is made of as parts; a note for each of which nothing is known."""
    yield from _parts(made, "", 0)


def _parts(made: Any, path: str, depth: int) -> Iterator[Part | Note]:
    if isinstance(made, Part):
        yield replace(made, path=path)
        return
    found = adviser(family_of(type(made)))
    own = None if found is None else found.part_of(made)
    name = shown(type(made).__name__)
    where = f" ({shown(path)})" if path else ""
    if found is None or own is None:
        why = "no rule is known of its kind" if found is None else "it does not keep its settings"
        text = f"{name}{where}: {why}: nothing is said of it; once trained, `retrodict inspect` reads its file"
        yield Note("not_covered", text, part=path, estimator=name)
        return
    yield replace(own, path=path)
    if depth >= DEEPEST:
        text = f"{name}{where}: nested more than {DEEPEST} deep: nothing is said of what is inside it"
        yield Note("not_covered", text, part=path, estimator=name)
        return
    for step, member in found.members(made):
        yield from _parts(member, f"{path}.{step}" if path else step, depth + 1)
