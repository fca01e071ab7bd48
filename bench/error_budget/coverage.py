"""Whether the estimated error budget's intervals hold the truth: coverage and bias where the truth is known.

Run with `uv run python -m bench.error_budget.coverage [--cases ...] [--repetitions 200] [--results FILE] [--write]`.
"""

from __future__ import annotations

import argparse
import time
from functools import cache
from typing import Any

import numpy as np

import retrodict as rd
from bench.document import machine, markdown, write_section
from bench.error_budget.cases import CASES, Case
from bench.kept_results import Results, take_results

TERMS = ("prior", "model", "label", "total", "posterior")
SIZES = (250, 500, 1_000, 2_000)


def once(case: Case, n: int, seed: int, learners: list[str] | None) -> dict[str, Any]:
    """Estimate one budget, and keep each term's estimate and interval; `learners` in place of the defaults."""
    rng = np.random.default_rng([seed, n])
    model, truth = case.model, case.truth
    clock = time.perf_counter()
    own = {} if learners is None else {"learners": learners, "envelope": learners}
    found = rd.error_budget(model, case.prior, holdout=case.rows(n, rng), seed=seed, **own)
    record: dict[str, Any] = {"seconds": time.perf_counter() - clock, "agree": found.agree}
    for name in TERMS:
        term = getattr(found, name)
        record[name] = [truth[name], term.value, term.low, term.high, term.at_least]
    return record


def line(name: str, records: list[dict[str, Any]], term: str) -> list[str]:
    """Return one line of the table: truth, bias and its error, coverage, and how often a number was withheld."""
    values = [record[term] for record in records]
    shown = np.array([v[:4] for v in values if v[1] is not None], dtype=np.float64)
    withheld = [v for v in values if v[1] is None]
    cells = [name, term, f"{values[0][0]:.4f}"]
    if len(shown):
        error = shown[:, 1] - shown[:, 0]
        inside = (shown[:, 2] <= shown[:, 0]) & (shown[:, 0] <= shown[:, 3])
        spread = error.std(ddof=1) if len(error) > 1 else np.nan
        cells += [f"{error.mean():+.4f}", f"{spread:.4f}", f"{(shown[:, 3] - shown[:, 2]).mean() / 2:.4f}"]
        cells += [f"{inside.mean():.1%}"]
    else:
        cells += [""] * 4
    bounds = [v[4] <= v[0] for v in withheld if v[4] is not None]
    return [*cells, str(len(withheld)), f"{np.mean(bounds):.0%}" if bounds else ""]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--cases", nargs="+", default=list(CASES))
    parser.add_argument("--repetitions", type=int, default=200)
    parser.add_argument("--rows", type=int, default=500)
    parser.add_argument("--learners", nargs="+", help="in place of the defaults, which take three times as long")
    parser.add_argument("--section", default="coverage", help="of the page")
    parser.add_argument("--sizes", action="store_true", help="bias against n and dimension in place of coverage")
    take_results(parser)
    chosen = parser.parse_args()
    results = Results(chosen.results)
    if chosen.sizes:
        bias(results, chosen)
        return
    rows, agreement = [], []
    for name in chosen.cases:
        records = repeated(results, name, chosen.rows, chosen)
        rows += [line(name, records, term) for term in TERMS]
        agreed = [record["agree"] for record in records if record["agree"] is not None]
        agreement.append(f"{name} {np.mean(agreed):.1%}" if agreed else f"{name} none")
    head = ["case", "term", "truth", "bias", "sd", "half-width", "coverage", "withheld", "bound holds"]
    text = markdown(head, rows, words=2)
    note = (
        f"{chosen.repetitions} repetitions of {chosen.rows} held-out rows a case, no train rows; nats; {used(chosen)}. "
        f"Both sides agree within their intervals: {', '.join(agreement)}. {machine()}"
    )
    print(text, note, sep="\n\n")
    if chosen.write:
        write_section("error_budget.md", chosen.section, f"{text}\n\n{note}")


def bias(results: Results, chosen: argparse.Namespace) -> None:
    """Print bias against the number of rows and of features."""
    rows = []
    for name in [name for name in CASES if name.startswith("gaussian")]:
        for n in SIZES:
            records = repeated(results, name, n, chosen)
            rows += [[str(n), *line(name, records, term)] for term in ("prior", "model", "posterior")]
    head = ["rows", "case", "term", "truth", "bias", "sd", "half-width", "coverage", "withheld", "bound holds"]
    text = markdown(head, rows, words=3)
    note = f"{chosen.repetitions} repetitions each; nats; {used(chosen)}. {machine()}"
    print(text, note, sep="\n\n")
    if chosen.write:
        write_section("error_budget.md", "bias", f"{text}\n\n{note}")


def repeated(results: Results, name: str, n: int, chosen: argparse.Namespace) -> list[dict[str, Any]]:
    """Return the records of all repetitions of one case."""
    case, learners = cached(name), chosen.learners
    return [
        results.get(f"{name}, {n} rows, {used(chosen)}, seed {seed}", lambda: once(case, n, seed, learners))  # noqa: B023
        for seed in range(chosen.repetitions)
    ]


def used(chosen: argparse.Namespace) -> str:
    """Return the learners as text."""
    return "default learners" if chosen.learners is None else f"learners {' and '.join(chosen.learners)}"


@cache
def cached(name: str) -> Case:
    """Return a case, whose truth is computed once."""
    return CASES[name]()


if __name__ == "__main__":
    main()
