"""Who can be told to be among the training records, and what can be guessed of them, as tables and a picture."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from retrodict.auditing.document import Report
from retrodict.evaluation.membership import MembershipAttacks
from retrodict.evaluation.membership.result import WORDS
from retrodict.pictures.text import picture_text
from retrodict.report.audit.tables import interval, number
from retrodict.report.svg import Picture, canvas, svg

ATTACKS = (
    "attack",
    "who",
    "shadow models",
    "AUC",
    "95% interval",
    "found at 1% false alarms",
    "found at 0.1% false alarms",
    "advantage",
)
HARMLESS_ATTACK = ("a harmless model", "", "", "0.500", "around 0.5", "1.0%", "0.1%", "0.000")
SUBGROUPS = ("subgroup", "attack", "training records", "held-out records", "AUC", "95% interval")
HARMLESS_SUBGROUP = ("a harmless model", "", "", "", "0.500", "around 0.5")
ATTRIBUTES = (
    "column guessed",
    "kind",
    "right for training records",
    "right for held-out records",
    "right without the model (training / held-out)",
    "lift",
    "95% interval",
    "intervals that hold it",
)
HARMLESS_ATTRIBUTE = ("a harmless model", "", "as held-out", "as training", "", "0.000", "around 0", "90%")

_WAYS = {"by_query": "by query", "from_file": "from the file"}
_CURVES = 5
"""Curves that are drawn, the strongest first: more can't be told apart."""
_LINES = ("-", "--", "-.", ":", (0, (5, 1)))
_COLOURS = ("#0072B2", "#C44E00", "#00694A", "#8a6d00", "#7a3d7a")
_FALSE = (0.001, 0.01, 0.1)
"""False alarms at which the table beside the picture says what is found."""


def attack_rows(report: Report) -> list[list[str]]:
    """Return one line an attack, the strongest first."""
    lines = sorted(report.membership, key=lambda one: -one.auc)
    return [
        [
            WORDS.get(one.attack, one.attack) + f" ({one.attack})",
            _WAYS[one.way],
            str(one.shadows or "none"),
            number(one.auc),
            interval(one.low, one.high),
            f"{one.tpr_at_fpr_01:.1%} ({one.tpr_low:.1%} to {one.tpr_high:.1%})",
            f"{one.tpr_at_fpr_001:.1%} ({one.tpr_001_low:.1%} to {one.tpr_001_high:.1%})",
            f"{number(one.advantage)} ({interval(one.advantage_low, one.advantage_high)})",
        ]
        for one in lines
    ]


def shadow_rows(report: Report) -> list[list[str]]:
    """Return what the attacks would have found with fewer shadow models."""
    return [
        [one.attack, str(one.shadows), number(one.auc), interval(one.low, one.high)]
        for one in sorted(report.by_shadows, key=lambda one: (one.attack, one.shadows))
    ]


SHADOWS = ("attack", "shadow models", "AUC", "95% interval")
HARMLESS_SHADOWS = ("a harmless model", "", "0.500", "around 0.5")


def subgroup_rows(report: Report) -> list[list[str]]:
    """Return one line a subgroup, the most exposed first."""
    lines = sorted(report.subgroups, key=lambda one: -one.auc)
    return [
        [
            one.value if one.kind == "outlyingness" else f"{one.feature or one.kind}: {one.value}",
            one.attack,
            f"{one.members:,}",
            f"{one.others:,}",
            number(one.auc),
            interval(one.low, one.high),
        ]
        for one in lines
    ]


def attribute_rows(report: Report) -> list[list[str]]:
    """Return one line a column that was guessed, the greatest lift first."""
    lines = sorted(report.attributes, key=lambda one: -one.lift)
    return [
        [
            one.column,
            {"listed": "one of a list", "number": "number"}[one.kind],
            f"{one.members:.1%}",
            f"{one.others:.1%}",
            f"{one.prior:.1%} / {one.other_prior:.1%}",
            number(one.lift),
            interval(one.low, one.high),
            "" if one.coverage is None else f"{one.coverage:.1%}",
        ]
        for one in lines
    ]


def roc_rows(found: MembershipAttacks) -> list[list[str]]:
    """Return what each drawn attack finds at a few shares of false alarms: the picture in numbers."""
    return [
        [one.attack, *(f"{_found_at(one.false, one.true, share):.1%}" for share in _FALSE)] for one in _drawn(found)
    ]


def _found_at(false: Sequence[float], true: Sequence[float], share: float) -> float:
    """Return what is found while false alarms are at most such a share: a curve is a staircase, nothing is between."""
    place = int(np.searchsorted(np.asarray(false), share, side="right")) - 1
    return float(true[max(place, 0)])


ROC = ("attack", *(f"at {share:.1%} false alarms" for share in _FALSE))
HARMLESS_ROC = ("a harmless model", *(f"{share:.1%}" for share in _FALSE))


def roc_picture(found: MembershipAttacks) -> Picture | None:
    """Draw what the strongest attacks find against their false alarms, both on a logarithmic scale."""
    curves = _drawn(found)
    if not curves:
        return None
    figure, (axes,) = canvas(6.4, 4.6, 1, 1)
    worst = min(found.worst.members, found.worst.others)
    least = max(0.5 / max(worst, 1), 1e-5)
    axes.plot([least, 1], [least, 1], color="#6b6b6b", linewidth=1, label="guessing (a harmless model)")
    for one, colour, line in zip(curves, _COLOURS, _LINES, strict=False):
        false, true = (np.maximum(np.asarray(side, dtype=float), least) for side in (one.false, one.true))
        axes.step(
            false, true, where="post", color=colour, linestyle=line, linewidth=1.7, label=picture_text(one.attack)
        )
    axes.set_xscale("log")
    axes.set_yscale("log")
    axes.set_xlim(least, 1)
    axes.set_ylim(least, 1.05)
    axes.set_xlabel("false alarms: share of the held-out records", fontsize=9)
    axes.set_ylabel("found: share of the training records", fontsize=9)
    axes.grid(visible=True, color="#e3e3e3", linewidth=0.6)
    axes.legend(frameon=False, fontsize=8.5, loc="lower right")
    said = "; ".join(
        f"{row[0]} finds {', '.join(f'{cell} {head}' for cell, head in zip(row[1:], ROC[1:], strict=True))}"
        for row in roc_rows(found)
    )
    return Picture(
        "What attacks find against their false alarms",
        svg(figure),
        f"Curves of the {len(curves)} strongest attacks, on logarithmic scales: {said}. Guessing finds as much as its "
        "false alarms.",
        "On the grey line is guessing. A curve that stands above it at the left names a few people almost surely, "
        "though it may be near it elsewhere. The table below says the same in numbers.",
    )


def _drawn(found: MembershipAttacks) -> list[Any]:
    """Return the curves of the strongest attacks."""
    areas = {one.attack: one.auc for one in found.attacks}
    return sorted(found.curves, key=lambda one: -areas.get(one.attack, 0.0))[:_CURVES]
