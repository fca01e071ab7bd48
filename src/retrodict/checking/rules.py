"""What a family says of its estimators before they are trained: rules over their settings."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol

Answer = Literal["yes", "maybe", "no"]
"""Whether something will be so on any table but a toy; may be so, which the rows decide; or will not be so on any."""

Severity = Literal["note", "review", "reject"]
"""What the default risk appetite says of it: it is reported, a person must decide, or the model is not released."""

OUTPUTS = "by_query.membership_auc"
"""The measure of what predictions give away; its rules are of likelihood, and none of them can clear it."""

FILE_MEASURES = tuple(
    f"from_file.{name}"
    for name in (
        *("stored_rows", "personal_facts", "facts_of_unknown_count", "gradient_sums", "node_sums", "split_values"),
        *("cross_products", "category_hashes", "training_settings", "training_date"),
    )
)
"""The measures of the risk appetite that a file's family and settings decide, by their names in the appetite file."""

LEAST_ROWS = 10
"""Rows that a leaf, a bin or a statistic should be of: the rule of ten of output checking (ESSnet SDC, Guidelines for
the checking of output based on microdata research, 2010)."""

ROWS_A_COLUMN = 10
"""Rows a column below which linear models are taken to fit their rows closely (Peduzzi et al., 1996: ten events a
variable)."""


@dataclass(frozen=True)
class Part:
    """One estimator: what is to be trained, or a part of it.

    Parameters
    ----------
    family
        Its family's short name.
    estimator
        The name that rules know it by.
    settings
        All of its settings, defaults included, by the library's own names.
    stated
        Names of those that are not at their default.
    path
        Where in the whole it stands; empty for the whole.
    doubt
        Why less is known of it than of an estimator of that name; empty where nothing is in doubt.
    predicts
        Whether it makes predictions itself, and not by what it holds.
    """

    family: str
    estimator: str
    settings: Mapping[str, Any]
    stated: frozenset[str] = frozenset()
    path: str = ""
    doubt: str = ""
    predicts: bool = False


@dataclass(frozen=True)
class Planned:
    """A part, and the table that it will be trained on, as far as that is known.

    Parameters
    ----------
    part
        The estimator.
    rows, columns
        Of the training table; ``None`` is not known.
    """

    part: Part
    rows: int | None = None
    columns: int | None = None

    def __getitem__(self, name: str) -> Any:
        """Return a setting; ``None`` where the estimator has none of that name."""
        return self.part.settings.get(name)

    def number(self, name: str, default: float) -> float:
        """Return a setting that is a number; `default` where it is ``None`` or no number."""
        value = self[name]
        return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else default


Condition = Callable[[Planned], Answer]
Steps = tuple[tuple[str, Mapping[str, Any]], ...]
"""Estimators with their settings, one after the other."""


@dataclass(frozen=True)
class Rule:
    """One thing that an estimator stores or exposes, and when.

    Parameters
    ----------
    code
        Its name, the same in evidence and in checks.
    measure
        The measure of the risk appetite that it moves, with its way: `from_file.stored_rows`.
    severity
        What the default appetite says of it.
    estimators
        Whom it is about.
    says
        What is stored or exposed, in plain words, fit to follow "it will".
    when
        Whether it is so, by the settings and the size of the table.
    looks_at
        Settings that decide.
    remedy
        What lowers it, in plain words.
    lowered
        Settings of the same estimator that lower it.
    instead
        Other estimators that do without it; empty where none is named.
    example
        Settings with which it shows, for tests and for the bench.
    stripped
        Whether `retrodict sanitize` takes it out of the trained model.
    """

    code: str
    measure: str
    severity: Severity
    estimators: tuple[str, ...]
    says: str
    when: Condition
    looks_at: tuple[str, ...] = ()
    remedy: str = ""
    lowered: Mapping[str, Any] = field(default_factory=dict)
    instead: Steps = ()
    example: Mapping[str, Any] = field(default_factory=dict)
    stripped: bool = False


class Advising(Protocol):
    """What the file `advice` of a family offers. It imports the family's library inside its functions only."""

    RULES: tuple[Rule, ...]
    """What is stored and exposed, and when."""

    REVIEWED: frozenset[str]
    """Estimators of which the rules say all that their files state: where none speaks of a measure, it is not there."""

    NEUTRAL: frozenset[str]
    """Settings that change nothing of what is stored or exposed: threads, printing, tolerances."""

    def names(self) -> Iterable[str]:
        """Return the names of all estimators that the family can make, rules or none."""
        ...

    def make(self, name: str, settings: Mapping[str, Any]) -> Any:
        """Return an unfitted estimator.

        Raises
        ------
        RequestError
            If a setting is not known, or its value is not taken.
        MissingExtraError
            If the library is not installed.
        """
        ...

    def part_of(self, made: Any) -> Part | None:
        """Return an estimator, fitted or not, as a part; ``None`` where its settings can't be read."""
        ...

    def members(self, made: Any) -> Iterator[tuple[str, Any]]:
        """Yield the estimators that an estimator is made of, each with its step of the path."""
        ...


def always(planned: Planned) -> Answer:
    """Answer yes, whatever the settings."""
    del planned
    return "yes"


def sometimes(planned: Planned) -> Answer:
    """Answer maybe, whatever the settings: the rows decide."""
    del planned
    return "maybe"


def whenever(test: Callable[[Planned], bool]) -> Condition:
    """Return a condition that is yes where a test of the settings holds, and else no."""
    return lambda planned: "yes" if test(planned) else "no"


def perhaps(test: Callable[[Planned], bool]) -> Condition:
    """Return a condition that is maybe where a test of the settings holds, and else no."""
    return lambda planned: "maybe" if test(planned) else "no"
