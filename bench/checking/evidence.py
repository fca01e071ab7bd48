"""What each rule of `retrodict check` is worth: its setting beside its remedy, trained, read and attacked.

    python -m bench.checking.evidence [--data DIR] [--results FILE] [--only WORD] [--write]

`--write` writes the numbers into the package (`retrodict/checking/evidence.json`) and the page `checking.md`. About ten
minutes on one core. AUC is the largest of the attacks by outputs, with shadow models where they can be trained.
"""

from __future__ import annotations

import argparse
import os
import warnings
from dataclasses import asdict
from datetime import date
from importlib.metadata import version
from pathlib import Path
from typing import Any

from retrodict.threads import ONE_THREAD

os.environ.update(ONE_THREAD)  # before numpy is imported: models are small

import retrodict as rd
import retrodict.checking
from bench.checking.cases import Case, cases
from bench.document import machine, markdown, write_section
from bench.kept_results import Results, take_results
from bench.tables import TARGET
from retrodict.checking.evidence import Figures
from retrodict.disclosures.kinds import NodeCounts, Rows
from retrodict.errors import RetrodictError
from retrodict.plain_text import json_text

PAGE, SECTION = "checking.md", "evidence"
STRIPPED = ", sanitised"
"""What is said of a model that was stripped; its predictions are the same, and so are attacks by them."""
BATTERY = 500
"""Rows on which the outputs of a stripped model are compared."""
SHADOWS = 8
"""Shadow models of each model: few, since hundreds of models are trained."""


def measured(case: Case, text: str, model: Any, strip: bool) -> dict[str, Any]:
    """Train a model, strip it if that is asked, read it and attack it."""
    train, holdout = case.rows.train, case.rows.holdout
    model.fit(case.rows.X, case.rows.y)
    found = rd.sanitize(model, rows=BATTERY).after if strip else rd.inspect_model(model)
    counts = [one.values() for one in found.of(NodeCounts)]
    leaves = sum(one["leaves"] for one in counts)
    single = sum(one["single_row_leaves"] for one in counts)
    entries = sum(1 for one in found if one.personal and not isinstance(one, Rows | NodeCounts))
    attacks = rd.membership_attacks(model, train, holdout, seed=0, shadows=SHADOWS, workers=1)
    worst = max((one for one in attacks.attacks if one.way == "by_query"), key=lambda one: one.auc)
    return asdict(
        Figures(
            settings=f"{text}{STRIPPED if strip else ''}",
            stored_rows=max((one.n for one in found.of(Rows)), default=0),
            single_row_facts=single + entries,
            one_row_leaves=single / leaves if leaves else None,
            auc=round(worst.auc, 4),
            low=round(worst.low, 4),
            high=round(worst.high, 4),
            right=round(float(model.score(holdout.drop(columns=TARGET), holdout[TARGET])), 4),
        )
    ) | {"shadows": worst.shadows}


def figures(kept: Results, case: Case, text: str, model: Any, strip: bool = False) -> dict[str, Any]:
    """Return what `measured` does, made once for each model and table: several rules are about one model."""

    def make() -> dict[str, Any]:
        try:
            return measured(case, text, model, strip)
        except (RetrodictError, ValueError) as error:
            return {"status": f"failed: {error}"}

    return dict(kept.get(f"{case.table}: {text}{STRIPPED if strip else ''}", make))


def result(kept: Results, case: Case) -> dict[str, Any]:
    """Return the evidence of one case as plain data."""
    other = case.lowered()
    as_is = figures(kept, case, *case.as_is())
    if case.rule.stripped and other is None:
        lowered = figures(kept, case, *case.as_is(), strip=True)
    else:
        lowered = None if other is None else figures(kept, case, *other)
    both = [one for one in (as_is, lowered) if one is not None]
    if any("status" in one for one in both):
        return {"status": "failed"}
    shadows = [one.pop("shadows") for one in both]
    return {
        "rule": case.rule.code,
        "family": case.family,
        "estimator": case.estimator,
        "table": case.table,
        "rows": len(case.rows.train),
        "columns": case.rows.X.shape[1],
        "as_is": as_is,
        "lowered": lowered,
        "shadows": max(shadows),
    }


def line(one: dict[str, Any], name: str, form: str = "{:.2f}") -> str:
    """Return a figure before and after."""
    values = [each[name] for each in (one["as_is"], one["lowered"]) if each is not None and each[name] is not None]
    return " -> ".join(form.format(value) for value in values)


def page(found: list[dict[str, Any]]) -> str:
    """Return the table of the page."""
    rows = [
        [
            one["rule"],
            one["as_is"]["settings"],
            "" if one["lowered"] is None else one["lowered"]["settings"],
            one["table"],
            line(one, "stored_rows", "{:,}"),
            line(one, "single_row_facts", "{:,}"),
            line(one, "one_row_leaves"),
            line(one, "auc"),
            line(one, "right"),
        ]
        for one in found
    ]
    head = ["rule", "setting", "remedy", "table", "stored rows", "facts of one row", "leaves of one row"]
    return markdown([*head, "AUC of membership", "right on other rows"], rows, words=4)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, metavar="DIR", help="tables, as NAME.parquet")
    parser.add_argument("--only", metavar="WORD", help="cases whose name holds a word")
    take_results(parser)
    given = parser.parse_args()
    warnings.simplefilter("ignore")
    kept = Results(given.results)
    chosen = [one for one in cases(given.data) if given.only is None or given.only in one.name]
    found = [result(kept, one) for one in chosen]
    good = [one for one in found if "status" not in one]
    print(page(good))
    if given.write and given.only is None:
        write_section(PAGE, SECTION, f"{page(good)}\n\n{machine('xgboost-cpu', 'lightgbm', 'catboost')}")
        made_with = {name: version(name) for name in ("scikit-learn", "xgboost-cpu", "lightgbm", "catboost", "numpy")}
        document = {"made_with": {**made_with, "date": date.today().isoformat()}, "evidence": good}
        path = Path(str(retrodict.checking.__path__[0])) / "evidence.json"
        path.write_text(json_text(document, 1) + "\n", encoding="utf-8")
        print(f"wrote {path.name}: {len(good)} lines")


if __name__ == "__main__":
    main()
