"""Error budgets of five models under three priors each, on real tables: a table and a picture.

Run with `uv run python -m bench.error_budget.real_tables [--sets ...] [--rows 2000] [--results FILE] [--write]`.
"""

from __future__ import annotations

import argparse
import time
from pathlib import Path
from typing import Any

import pandas as pd
from sklearn.compose import make_column_transformer
from sklearn.ensemble import HistGradientBoostingClassifier, RandomForestClassifier
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.naive_bayes import GaussianNB
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler
from sklearn.tree import DecisionTreeClassifier

import retrodict as rd
from bench.document import DOCS, machine, markdown, write_section
from bench.kept_results import Results, take_results
from bench.tables import TARGET, tables, take_tables

SETS = ["pima", "car", "german_credit", "adult"]
PRIORS = ("uniform", "copula", "empirical")
MODELS = {
    "logistic regression": lambda: LogisticRegression(max_iter=2_000),
    "naive Bayes": GaussianNB,
    "decision tree": lambda: DecisionTreeClassifier(min_samples_leaf=20, random_state=0),
    "random forest": lambda: RandomForestClassifier(200, min_samples_leaf=5, random_state=0),
    "gradient boosting": lambda: HistGradientBoostingClassifier(max_iter=60, random_state=0),
}
SHORT = {"uniform": "uniform", "copula": "copula", "empirical": "empir."}
TERMS = ("prior", "model", "label", "total", "posterior")


def fitted(name: str, frame: pd.DataFrame) -> Any:
    """Fit one model on one-hot encoded, imputed and scaled columns."""
    numbers = make_pipeline(SimpleImputer(strategy="median"), StandardScaler())
    words = make_pipeline(
        SimpleImputer(strategy="most_frequent"), OneHotEncoder(handle_unknown="ignore", sparse_output=False)
    )
    X = frame.drop(columns=TARGET)
    steps = [
        (numbers, list(X.select_dtypes("number").columns)),
        (words, list(X.select_dtypes(exclude="number").columns)),
    ]
    columns = make_column_transformer(*(step for step in steps if step[1]))
    return make_pipeline(columns, MODELS[name]()).fit(X, frame[TARGET])


def parts(frame: pd.DataFrame, rows: int) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """Return a public sample that priors are fitted to, training and held-out rows: a quarter, a quarter, a half."""
    frame = frame.sample(min(len(frame), rows), random_state=0, ignore_index=True)
    cut = len(frame) // 4
    return frame[:cut], frame[cut : 2 * cut], frame[2 * cut :]


def run(frame: pd.DataFrame, model: str, kind: Any, rows: int) -> dict[str, Any]:
    """Estimate one budget; bounds and categories of the prior are those of the whole table, as a codebook states."""
    public, train, test = parts(frame, rows)
    schema = rd.Schema.from_frame(frame, TARGET)
    prior = rd.fit_prior(public, kind, target=TARGET, schema=schema)
    clock = time.perf_counter()
    found = rd.error_budget(fitted(model, train), prior, holdout=test, train=train, target=TARGET)
    return {"seconds": time.perf_counter() - clock, "budget": found.to_dict()}


def cell(term: dict[str, Any]) -> str:
    """Return one term as text: the value and its interval, infinite, or its bound."""
    if term["infinite"]:
        return "∞"
    if term["estimate"] is None:
        return "withheld" + ("" if term["at_least"] is None else f" (≥ {term['at_least']:.2f})")
    return f"{term['estimate']:.3f} ({term['low']:.3f} to {term['high']:.3f})"


def picture(found: dict[tuple[str, str, str], dict[str, Any]], path: Path) -> None:
    """Draw the terms of all budgets: a panel for each table."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    sets = list(dict.fromkeys(key[0] for key in found))
    figure = Figure(figsize=(11, 3.1 * len(sets)), dpi=110, layout="constrained", facecolor="white")
    FigureCanvasAgg(figure)
    for axes, dataset in zip(figure.subplots(len(sets), 1, squeeze=False)[:, 0], sets, strict=True):
        lines = [(key, budget) for key, budget in found.items() if key[0] == dataset]
        for place, (_, budget) in enumerate(lines):
            stacked(axes, place, budget, legend=axes is figure.axes[0] and place == 0)
        axes.axhline(0, color="#222222", linewidth=0.8)
        axes.set_xticks(range(len(lines)), [f"{key[1]}\n{SHORT[key[2]]}" for key, _ in lines], fontsize=6)
        axes.set_title(dataset, loc="left", fontsize=10)
        axes.set_ylabel("nats")
        axes.spines[["top", "right"]].set_visible(False)
    figure.legend(loc="outside lower center", ncols=4, frameon=False)
    figure.savefig(path, metadata={"Software": None})


def stacked(axes: Any, place: int, budget: dict[str, Any], legend: bool) -> None:
    """Draw prior and model terms on one another, the label term below zero, the direct estimate as a point."""
    base = 0.0
    for name, colour in (("prior", "#0072B2"), ("model", "#D55E00")):
        term = budget[name]
        value = term["estimate"] if term["estimate"] is not None else term["at_least"] or 0.0
        sure = term["estimate"] is not None
        style = {"color": colour} if sure else {"color": "none", "edgecolor": colour, "hatch": "////"}
        axes.bar(place, value, bottom=base, width=0.55, label=f"{name} term" if legend else None, **style)
        base += value
        if not sure:
            axes.text(place, base, "∞" if term["infinite"] else "≥", ha="center", va="bottom", color=colour)
    label = -(budget["label"]["estimate"] or 0.0)
    axes.bar(place, label, width=0.55, color="#E69F00", label="label term (taken off)" if legend else None)
    direct = budget["posterior"]
    if direct["estimate"] is not None:
        value, low, high = direct["estimate"], direct["low"], direct["high"]
        axes.errorbar(
            place + 0.36,
            value,
            yerr=[[value - low], [high - value]],
            fmt="o",
            markersize=3,
            capsize=2,
            color="#009E73",
            label="posterior divergence, directly" if legend else None,
        )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rows", type=int, default=4_000, help="of a table, at most")
    take_tables(parser, SETS)
    take_results(parser)
    chosen = parser.parse_args()
    results, rows, found = Results(chosen.results), [], {}
    for dataset, frame in tables(chosen):
        for model in MODELS:
            for kind in PRIORS:
                record = results.get(
                    f"{dataset}, {model}, {kind}, {chosen.rows} rows",
                    lambda: run(frame, model, kind, chosen.rows),  # noqa: B023
                )
                budget = found[dataset, model, kind] = record["budget"]
                agree = {True: "yes", False: "no", None: ""}[budget["agree"]]
                rows.append([dataset, model, kind, *(cell(budget[term]) for term in TERMS), agree])
    head = ["table", "model", "prior", "prior term", "model term", "label term", "sum", "directly", "agree"]
    text = markdown(head, rows, words=3)
    note = f"Nats with 95% intervals; tables of at most {chosen.rows:,} rows. {machine()}"
    print(text, note, sep="\n\n")
    if chosen.write:
        picture(found, DOCS / "results" / "error_budget.png")
        write_section("error_budget.md", "tables", f"{text}\n\n{note}")


if __name__ == "__main__":
    main()
