"""What changed since an earlier report, as tables."""

from __future__ import annotations

from typing import Any

from retrodict.auditing.change_sections import BaselineSection
from retrodict.auditing.finding import WORDS
from retrodict.report.audit.measure_words import measure_words
from retrodict.report.audit.tables import interval, number

MEASURES = ("measure", "who", "change", "before", "interval before", "now", "interval now")
FACTS = ("kind of fact", "before", "of single records before", "now", "of single records now")
SETTINGS = ("what", "before", "now")
_GRAVITY = ("worse", "new", "better", "gone", "within chance", "same")


def baseline_view(found: BaselineSection | None) -> dict[str, Any] | None:
    """Return what the page shows of a comparison with an earlier report; ``None`` where there is none."""
    if found is None:
        return None
    measures = sorted(found.measures, key=lambda one: _GRAVITY.index(one.change))
    cells = [
        [
            measure_words(one.measure),
            WORDS[one.way],
            one.change,
            number(one.before) or str(one.verdict_before or ""),
            interval(one.before_low, one.before_high),
            number(one.after) or str(one.verdict_after or ""),
            interval(one.after_low, one.after_high),
        ]
        for one in measures
    ]
    changed = sum(one.change != "same" for one in measures)
    return {
        "section": found,
        "measures": cells[:changed],
        "same": len(cells) - changed,
        "measure_heads": MEASURES,
        "facts": [
            [one.kind, f"{one.before:,}", f"{one.single_before:,}", f"{one.after:,}", f"{one.single_after:,}"]
            for one in found.facts
        ],
        "fact_heads": FACTS,
        "settings": [[one.what, one.before or "none", one.after or "none"] for one in found.settings],
        "setting_heads": SETTINGS,
    }
