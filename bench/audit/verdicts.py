"""Verdicts of audits on real tables: families of models, as they are and stripped, and controls.

Run with `uv run python -m bench.audit.verdicts --data DIR [--part appetite verdicts] [--tables NAME ...] [--models NAME
...] [--rows N] [--keep FOLDER] [--results FILE] [--write]`. Each audit is the command line's, with `--quick`.
"""

from __future__ import annotations

import argparse
import tempfile
from functools import partial
from importlib.resources import files
from pathlib import Path
from typing import Any

import pandas as pd

import retrodict as rd
from bench.audit.commands import audited
from bench.audit.zoo import NAMES, Case, case
from bench.document import machine, markdown, write_section
from bench.kept_results import Results, take_results
from bench.tables import table, take_data

PAGE = "results/audit.md"
ROWS = {"breast_cancer": 280, "german_credit": 500, "adult": 3_000}
AS_IT_IS, STRIPPED = "as it is", "stripped"


def verdict(given: Case, file: Path, out: Path, *options: str) -> dict[str, Any]:
    """Audit one file, and return what is tabled of it."""
    taken = audited(given, file, out, "--quick", *options)
    report = taken["report"]
    kept: dict[str, Any] = {key: taken[key] for key in ("seconds", "GB")}
    kept |= {"verdict": report["verdict"], "against": len(report["reasons_against"]), "unread": len(report["unread"])}
    for line in report["findings"]:
        if line["value"] is not None:
            kept[f"{line['way']} {line['measure']}"] = [line[key] for key in ("value", "low", "high")]
    without = [line["auc"] for line in report["membership"] if line["way"] == "by_query" and not line["shadows"]]
    with_shadows = [line["auc"] for line in report["membership"] if line["shadows"]]
    return kept | {"thresholds": max(without, default=None), "shadow models": max(with_shadows, default=None)}


def stripped(given: Case, folder: Path) -> Path | None:
    """Return the file of a stripped copy; ``None`` where there was nothing to take out."""
    found = rd.sanitize(given.file, trust_pickle=bool(given.options))
    if not found.removed:
        return None
    as_pickle = given.file.suffix == ".pickle"
    return Path(found.save(folder / f"stripped{given.file.suffix}", as_pickle=as_pickle))


def of_model(name: str, frame: pd.DataFrame, n: int, folder: Path, results: Results, label: str) -> list[Any]:
    """Return the lines of one model: as it is, and stripped where that takes anything out."""
    done = [results.records.get(f"{label}, {how}") for how in (AS_IT_IS, STRIPPED)]
    if None in done:
        given = case(name, frame, n, folder)
        if given is None:
            return []
        done[0] = results.get(f"{label}, {AS_IT_IS}", partial(verdict, given, given.file, folder / "audit"))
        bare = stripped(given, folder)
        nothing: dict[str, Any] = {"verdict": ""}
        make = partial(verdict, given, bare, folder / "stripped") if bare else lambda: nothing
        done[1] = results.get(f"{label}, {STRIPPED}", make)
    return [(how, one) for how, one in zip((AS_IT_IS, STRIPPED), done, strict=True) if one and one["verdict"]]


def _interval(one: dict[str, Any], key: str) -> str:
    if key not in one:
        return ""
    value, low, high = one[key]
    return f"{value:.3f}" if low is None or high is None else f"{value:.3f} ({low:.2f} to {high:.2f})"


def _number(one: dict[str, Any], key: str, text: str = "{:.3f}") -> str:
    value = one.get(key)
    value = value[0] if isinstance(value, list) else value
    return "" if value is None else text.format(value)


def verdicts(chosen: argparse.Namespace, work: Path) -> None:
    results, lines = Results(chosen.results), []
    for name in chosen.tables:
        frame = table(name, chosen.data)
        if frame is None:
            continue
        frame = frame.dropna().sample(frac=1, random_state=0).reset_index(drop=True)
        n = min(chosen.rows or ROWS[name], len(frame) // 2)
        for model in chosen.models:
            folder = work / name / "".join(letter if letter.isalnum() else "-" for letter in model)
            for how, one in of_model(model, frame, n, folder, results, f"verdict: {name}, {n} rows, {model}"):
                line = [name, model, how, one["verdict"], str(one["against"])]
                line += [_number(one, "from_file stored_rows", "{:,.0f}"), _number(one, "from_file near_rows")]
                line += [_number(one, "thresholds"), _number(one, "shadow models")]
                line += [_interval(one, f"{way} membership_auc") for way in ("by_query", "from_file")]
                line += [_interval(one, "by_query attribute_lift"), str(one["unread"]), f"{one['seconds']:.0f}"]
                lines.append(line)
    if not lines:
        return
    head = ["table", "model", "file", "verdict", "reasons against", "stored rows", "near rows"]
    head += ["AUC without shadow models", "AUC with", "membership by query (largest AUC)", "membership from the file"]
    text = markdown([*head, "attribute lift", "parts not read", "seconds"], lines, words=4)
    print(text)
    if chosen.write:
        sizes = ", ".join(f"{name} {chosen.rows or n:,}" for name, n in ROWS.items() if name in chosen.tables)
        note = (
            f"Training rows, and as many held-out rows: {sizes}. `--quick`, default appetite. Where there is no line "
            f"for a stripped file, nothing could be taken out. {machine()}"
        )
        write_section(PAGE, "verdicts", f"{text}\n\n{note}")


def appetite(chosen: argparse.Namespace, work: Path) -> None:
    """Put the default risk appetite into the guide, as it comes with the package."""
    text = files("retrodict.auditing").joinpath("appetite.yaml").read_text(encoding="utf-8")
    if chosen.write:
        write_section("guides/audit.md", "appetite", f"```yaml\n{text}```")


PARTS = {"appetite": appetite, "verdicts": verdicts}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--part", nargs="+", choices=list(PARTS), default=list(PARTS))
    parser.add_argument("--tables", nargs="+", choices=list(ROWS), default=list(ROWS))
    parser.add_argument("--models", nargs="+", choices=NAMES, default=list(NAMES))
    parser.add_argument("--rows", type=int, help="training rows of every table, in place of its own number")
    take_data(parser)
    take_results(parser)
    parser.add_argument("--keep", type=Path, help="keep the audits in this folder")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        for part in chosen.part:
            PARTS[part](chosen, chosen.keep or Path(folder))


if __name__ == "__main__":
    main()
