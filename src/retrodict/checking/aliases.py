"""Settings that a library knows by several names, brought to one."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from typing import Any

from retrodict.errors import RequestError
from retrodict.plain_text import listing, shown


def by_own_names(
    name: str, settings: Mapping[str, Any], known: Iterable[str], aliases: Mapping[str, str]
) -> dict[str, Any]:
    """Return settings by the names that rules know.

    Parameters
    ----------
    name
        Of the estimator.
    settings
        As they were given.
    known
        The names that it takes.
    aliases
        Other names of these.

    Raises
    ------
    RequestError
        If a name is not known, or one setting stands under two names.
    """
    known, found = set(known), {}
    for one, value in settings.items():
        own = aliases.get(one, one)
        if own not in known:
            near = get_close_matches(one, [*known, *aliases])
            meant = f"did you mean {' or '.join(near)}?" if near else f"it has {listing(sorted(known), 40)}"
            raise RequestError(f"{name} has no setting '{shown(one)}' that is known; {meant}")
        if own in found:
            raise RequestError(f"{name} is given '{own}' twice, once as '{shown(one)}'; give it once")
        found[own] = value
    return found
