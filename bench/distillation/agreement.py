"""Agreement of distilled models with their teachers on real rows, against model calls: ours beside four generators.

Run with `uv run python -m bench.distillation.agreement --data DIR [--sets ...] [--calls 500 2000] [--results FILE]
[--write]`; it takes about ten minutes on one core. With `--results FILE` the same command goes on where it was stopped.
"""

from __future__ import annotations

import argparse
import time
import warnings
from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

import retrodict as rd
from bench.distillation.peers import PEERS, Space
from bench.document import machine, markdown, write_section
from bench.kept_results import Results, take_results
from bench.replica_tables.many_tables import base_model
from bench.tables import TARGET, tables, take_tables
from retrodict.evaluation.replicas.base_model import Base
from retrodict.evaluation.replicas.distilling.method import Distilling
from retrodict.evaluation.replicas.distilling.rounds import Plan
from retrodict.evaluation.replicas.distilling.sources import FILE, PRIOR, Source, sources
from retrodict.evaluation.replicas.examples import Labelling
from retrodict.evaluation.replicas.training import Examples, ask, fit
from retrodict.families.sklearn.train.pipelines import member
from retrodict.tables.encoded import Inputs, Rows
from retrodict.tables.layout import Layout

SETS = ["adult", "car", "german_credit", "pima", "spambase", "telco_churn"]
TEACHERS = {
    "MLP": ("mlp", "mlp"),
    "random forest": ("random_forest", "random_forest"),
    "XGBoost": ("xgboost", "xgboost"),
    "k-neighbours": ("k_neighbours", "k_neighbours"),
}
OURS = {
    "ours, calls alone": (False, 1),
    "ours, with the file": (True, 1),
    "ours, with the file, 3 rounds": (True, 3),
}
CALLS = [500, 2_000]
CAP = 1_000


def parts(frame: pd.DataFrame, seed: int) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return at most `CAP` rows to train on and as many held out."""
    mixed = frame.sample(n=min(len(frame), 2 * CAP), random_state=seed, ignore_index=True)
    half = len(mixed) // 2
    train, rest = mixed[:half].reset_index(drop=True), mixed[half:].reset_index(drop=True)
    return train, rest[rest[TARGET].isin(train[TARGET].unique())].reset_index(drop=True)


class Task:
    """A teacher, what may be asked of it, and the real rows that students are judged by."""

    def __init__(self, train: pd.DataFrame, held: pd.DataFrame, names: tuple[str, str]) -> None:
        model, self.student = base_model(train, names)
        schema = rd.Schema.from_frame(train, TARGET)
        layout, _ = Layout.of(schema, {"train": train, "held": held})
        self.inputs = Inputs(schema, layout, {}, ())
        self.base = Base.of(model, self.inputs)
        self.model, self.schema = model, schema
        X = layout.encode(held, "held")[:, :-1]
        self.held = X[self.base.takes(X)]
        self.said = self.base.output(self.held, "held").argmax(axis=1)
        self.space = Space.of(schema.features, layout.encode(train, "train")[:, :-1])
        self.uniform = rd.fit_prior(train.drop(columns=TARGET), kind="uniform")

    @property
    def estimator(self) -> Any:
        """The student, unfitted."""
        return member(self.student, self.inputs.features, True, 0)

    def agreed(self, fitted: Any) -> float:
        """Return the share of real rows on which a student says what its teacher says."""
        return float((ask(fitted, self.held, self.inputs).said == self.said).mean())

    def of_peer(self, name: str, calls: int, rng: np.random.Generator) -> tuple[float, int]:
        """Return what a generator's queries reach, and the calls."""
        before = self.base.queries
        X, p = PEERS[name](self.space, lambda X: self.base.output(X, "queries"), calls, rng)
        spent = self.base.queries - before
        rows = Rows(X, p.argmax(axis=1).astype(float))
        if len(np.unique(rows.y)) < 2:
            raise rd.errors.RequestError("one class")
        return self.agreed(fit(self.estimator, Examples(rows), self.inputs)), spent

    def of_ours(self, with_file: bool, rounds: int, calls: int, rng: np.random.Generator) -> tuple[float, int]:
        """Return what ours reaches, and the calls."""
        found = [Source(PRIOR, self.uniform)]
        if with_file:
            found += [one for one in sources(self.uniform, self.model, self.schema)[0] if one.title == FILE]
        before = self.base.queries
        distilling = Distilling(self.base, self.inputs, found, Plan(calls, rounds), Labelling(), rng)
        fitted = distilling.learn(self.student, self.estimator)
        return self.agreed(fitted), self.base.queries - before


def measured(task: Task, method: str, calls: int, seed: int) -> dict[str, Any]:
    """Return the agreement of a student, and what it took."""
    began, rng = time.process_time(), np.random.default_rng([seed, calls])
    try:
        if method in PEERS:
            agreed, spent = task.of_peer(method, calls, rng)
        else:
            agreed, spent = task.of_ours(*OURS[method], calls, rng)
    except rd.errors.RetrodictError as error:  # as a rule all queries are of one class: a student says that class
        said = task.base.output(task.space.uniform(100, rng), "queries").argmax(axis=1)
        agreed, spent = float((task.said == np.bincount(said).argmax()).mean()), calls
        return {"agreement": agreed, "calls": spent, "status": f"one class ({str(error)[:60]})"}
    return {"agreement": agreed, "calls": spent, "seconds": time.process_time() - began}


def summary(found: pd.DataFrame) -> str:
    """Return means, and in how many cases each method is ahead of every other's."""
    lines = []
    peers = list(PEERS)
    for calls, own in found.groupby("asked"):
        wide = own.pivot_table(index=["table", "teacher"], columns="method", values="agreement")
        best = wide[peers].max(axis=1)
        for method in [*peers, *(name for name in OURS if name in wide)]:
            ahead = "" if method in peers else f"{int((wide[method] > best).sum())} of {len(wide)}"
            even = "" if method in peers else f"{int((wide[method] == best).sum())}"
            lines.append((f"{calls:,}", method, f"{wide[method].mean():.3f}", f"{wide[method].min():.3f}", ahead, even))
    heads = ("calls", "queries", "mean agreement", "least", "ahead of the best peer", "even with it")
    return markdown(heads, lines, words=2)


def every(found: pd.DataFrame) -> str:
    """Return one line a table, teacher and number of calls."""
    methods = [*PEERS, *OURS]
    lines = []
    for (name, teacher, calls), own in found.groupby(["table", "teacher", "asked"], sort=False):
        by = own.set_index("method").agreement
        best = max(by.get(method, -1.0) for method in methods)
        cells = ["" if method not in by else _marked(by[method], best) for method in methods]
        lines.append((name, teacher, f"{calls:,}", *cells))
    return markdown(("table", "teacher", "calls", *methods), lines, words=2)


def _marked(value: float, best: float) -> str:
    return f"**{value:.3f}**" if value >= best - 5e-4 else f"{value:.3f}"


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    take_tables(parser, SETS)
    parser.add_argument("--calls", type=int, nargs="+", default=CALLS)
    parser.add_argument("--seed", type=int, default=0)
    take_results(parser)
    chosen = parser.parse_args(arguments)
    warnings.simplefilter("ignore")
    results, records = Results(chosen.results), []
    for name, frame in tables(chosen):
        train, held = parts(frame, chosen.seed)
        for teacher, names in TEACHERS.items():
            task = Task(train, held, names)
            for calls in chosen.calls:
                for method in [*PEERS, *OURS]:
                    key = f"{name}/{teacher}/{calls}/{method}/{chosen.seed}"
                    one = results.get(key, lambda m=method, c=calls, t=task: measured(t, m, c, chosen.seed))
                    records.append({"table": name, "teacher": teacher, "asked": calls, "method": method, **one})
    found = pd.DataFrame(records)
    seconds = pd.to_numeric(found.get("seconds"), errors="coerce").sum()
    note = f"Students are of the teacher's kind. One split and seed; {seconds / 60:.0f} minutes of work. {machine()}"
    texts = {"summary": f"{summary(found)}\n\n{note}", "table": every(found)}
    for section, text in texts.items():
        if chosen.write:
            write_section("distillation.md", section, text)
        else:
            print(text, end="\n\n")


if __name__ == "__main__":
    main()
