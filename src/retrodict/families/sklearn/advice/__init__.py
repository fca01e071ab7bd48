"""What scikit-learn's estimators store and expose, by their settings; see `Advising`."""

from __future__ import annotations

from collections.abc import Iterable

from retrodict.checking.rules import Rule
from retrodict.families.sklearn.advice import boosting, outputs, rows, single_rows
from retrodict.families.sklearn.advice.homes import HOME_OF
from retrodict.families.sklearn.advice.making import make as make
from retrodict.families.sklearn.advice.making import members as members
from retrodict.families.sklearn.advice.making import part_of as part_of
from retrodict.families.sklearn.advice.reviewed import NEUTRAL as NEUTRAL
from retrodict.families.sklearn.advice.reviewed import REVIEWED as REVIEWED

RULES: tuple[Rule, ...] = (*rows.RULES, *single_rows.RULES, *boosting.RULES, *outputs.RULES)


def names() -> Iterable[str]:
    """Return the names of all public estimators."""
    return HOME_OF
