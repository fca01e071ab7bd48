"""The section of report.json on what changed since an earlier report."""

from __future__ import annotations

from typing import Literal

from retrodict.auditing.sections import NoteLine, Section


class ChangeLine(Section):
    """One measure in an earlier report, and in this one.

    `change` is `within chance` where the intervals overlap; a larger number is worse.
    """

    way: Literal["from_file", "by_query", "audit"]
    measure: str
    before: float | None
    before_low: float | None
    before_high: float | None
    after: float | None
    after_low: float | None
    after_high: float | None
    verdict_before: Literal["release", "review", "reject"] | None
    verdict_after: Literal["release", "review", "reject"] | None
    change: Literal["better", "worse", "within chance", "same", "new", "gone"]


class FactChange(Section):
    """Facts of one kind that are no longer the same: how many, of single rows, of how many that is not known."""

    kind: str
    before: int
    after: int
    single_before: int
    single_after: int
    unknown_before: int
    unknown_after: int
    new: int
    gone: int


class SettingChange(Section):
    """What differs of model, request and releases; null where one has none."""

    what: str
    before: str | None
    after: str | None


class BaselineSection(Section):
    """What changed since an earlier report; where `comparable` is false, numbers may differ for other reasons, too."""

    report: str
    verdict_before: Literal["release", "review", "reject"]
    verdict_after: Literal["release", "review", "reject"]
    comparable: bool
    not_comparable: list[NoteLine]
    measures: list[ChangeLine]
    facts: list[FactChange]
    new_unread: list[str]
    gone_unread: list[str]
    new_untested: list[str]
    gone_untested: list[str]
    settings: list[SettingChange]
