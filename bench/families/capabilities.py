"""Every family x every capability, tried: committed files of several releases of each library, and models fitted here.

    uv run python -m bench.families.capabilities [--only FAMILY] [--write]

Files lie in `tests/families/NAME/files/`, with what the library of their release predicted; models that are fitted here
are the examples of the conformance suites, written to a file and read again. A line that says *no* says why below.
"""

from __future__ import annotations

import argparse
import os
import tempfile
import warnings
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from functools import partial
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from retrodict.threads import ONE_THREAD

os.environ.update(ONE_THREAD)  # before numpy is imported: models are small

import numpy as np

import retrodict as rd
from bench.document import machine, markdown, write_section
from retrodict.auditing import load_appetite
from retrodict.auditing.file_findings import file_findings
from retrodict.auditing.finding import worst
from retrodict.disclosures import Disclosures
from retrodict.errors import MissingExtraError, RetrodictError, ScoringError
from retrodict.matching.capability import TreeTable
from retrodict.models import Model
from retrodict.models.contract import Regressor
from retrodict.models.family import families
from retrodict.sanitizing.battery import battery
from retrodict.sanitizing.capability import Strippable
from tests.conformance import models as conformance

PAGE, SECTION = "families.md", "capabilities"
HEAD = (
    "family",
    "model",
    "made by",
    "opens",
    "predicts",
    "states",
    "not read",
    "stripped",
    "rebuilt",
    "audit of the file",
)
HERE, BITS = "fitted here", "bit for bit"
_ROWS = 200
"""Of the battery on which outputs are compared."""
_FAR = 1e6
"""Numbers beyond are left out where a model has none for some."""
_SEARCH = 2.0
"""Seconds for the search of a training table: the models are small."""


@dataclass(frozen=True)
class Case:
    """One model to be tried.

    Parameters
    ----------
    family, what, made_by
        As the table says them.
    open
        Loads it.
    same
        Whether the model predicts what its library did.
    how
        How exactly.
    """

    family: str
    what: str
    made_by: str
    open: Callable[[], Model]
    same: Callable[[Model], bool]
    how: str = BITS


@dataclass
class Line:
    """What came of one model; what is not done is empty."""

    cells: dict[str, str] = field(default_factory=dict)
    why: list[str] = field(default_factory=list)


def cases(family: str) -> Iterator[Case]:
    """Yield the files of a family, then its models that are fitted here."""
    home = f"tests.families.{family}.fixtures"
    if find_spec(f"tests.families.{family}") is not None and find_spec(home) is not None:
        for what, one in import_module(home).FIXTURES.items():
            yield Case(family, what, one.made_by, partial(rd.load_model, one.path, **one.settings), one.same, one.how)
    for what, make in examples(family).items():
        yield fitted(family, what, make)


def examples(family: str) -> Mapping[str, Callable[[], conformance.Example]]:
    """Return the examples of a family of the conformance suites, by name; none where its library is not installed."""
    if family == "sklearn":
        return conformance.SKLEARN
    module = f"tests.families.{family}.examples"
    if find_spec(f"tests.families.{family}") is None or find_spec(module) is None:
        return {}
    with suppress(ModuleNotFoundError):
        return dict(import_module(module).EXAMPLES)
    return {}


def fitted(family: str, what: str, make: Callable[[], conformance.Example]) -> Case:
    """Return a model of the conformance suites as a case: it is read from the file that it writes."""
    made: list[Model] = []

    def opened() -> Model:
        made.append(make().model)
        model = made[0]
        if not isinstance(model, Strippable):
            return model
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "model"
            path.write_bytes(model.written())
            return rd.load_model(path, trust_pickle=True, schema=model.schema, trusted=("sklearn",))

    def same(model: Model) -> bool:
        before, X = made[0], rows_of(made[0])
        columns = replace(before.schema, target=model.schema.target)  # some formats have no room for the labels
        return np.array_equal(answers(before, X), answers(model.bind(columns), X), equal_nan=True)

    return Case(family, what.removeprefix(f"{family} "), HERE, opened, same)


def rows_of(model: Model) -> Any:
    """Return rows over a model's own columns, and beyond where it gives a number for all of them."""
    X = battery(model, rd.inspect_model(model), _ROWS, 0)
    try:
        answers(model, X)
    except ScoringError:
        return X[(np.abs(X) < _FAR).all(axis=1)]
    return X


def answers(model: Model, X: Any) -> Any:
    """Return what a model says of rows."""
    return model.predict(X) if isinstance(model, Regressor) else model.log_proba(X)


def tried(case: Case) -> Line:
    """Try everything that can be done with a model, and say what came of it."""
    line = Line({"family": case.family, "model": case.what, "made by": case.made_by})

    def step(name: str, do: Callable[[], Any]) -> Any:
        try:
            return do()
        except RetrodictError as error:
            line.cells[name] = "no"
            if name != "rebuilt":
                line.why.append(f"{case.family}, {case.what} ({case.made_by}), {name}: {error}")
            return None

    model = step("opens", case.open)
    if model is None:
        return line
    line.cells["opens"] = "yes"
    line.cells["predicts"] = case.how if case.same(model) else "OTHERWISE"
    found = step("states", lambda: rd.inspect_model(model))
    if found is None:
        return line
    line.cells["states"] = ", ".join(dict.fromkeys(fact.kind for fact in found)) or "nothing"
    line.cells["not read"] = str(len(found.unread))
    bare = step("stripped", lambda: rd.sanitize(model, rows=_ROWS))
    after = None
    if bare is not None:
        whole = "identical" if bare.identical else "OTHERWISE"
        gone = sum(one.count for one in bare.removed)
        line.cells["stripped"] = f"{whole}, {gone} out" if isinstance(model, Strippable) else "stays whole"
        after = bare.after
    if isinstance(model, TreeTable) or found.of("Rows"):
        made = step("rebuilt", lambda: rd.rebuild(model, seconds=_SEARCH, calibrate=0, progress=False))
        if made is not None:
            line.cells["rebuilt"] = f"{made.n_rows} rows, {made.quality.source}"
    else:
        line.cells["rebuilt"] = "no"
    line.cells["audit of the file"] = " / ".join(verdict(one) for one in (found, after) if one is not None)
    return line


def verdict(found: Disclosures) -> str:
    """Return what the default risk appetite says of a file by what it states alone."""
    return worst(file_findings(found, load_appetite()))


def lines(only: str | None = None) -> Iterator[Line]:
    """Yield a line for each model of each family."""
    for full in families():
        family = full.rpartition(".")[2]
        if only in (None, family):
            for case in cases(family):
                try:
                    yield tried(case)
                except MissingExtraError as error:
                    yield Line({"family": case.family, "model": case.what, "opens": "no"}, [str(error)])


def merged(found: list[Line]) -> list[Line]:
    """Return lines with those of one model made one, of which only the release that wrote the file is another."""
    made: dict[tuple[str, ...], list[Line]] = {}
    for line in found:
        release = _release(line)
        what = without_release(line.cells["model"], release)
        rest = tuple(line.cells.get(name, "") for name in HEAD if name not in ("model", "made by"))
        made.setdefault((what, *rest), []).append(line)
    return [
        Line(
            {**own[0].cells, "model": key[0], "made by": ", ".join(dict.fromkeys(map(_release, own)))},
            [why for one in own for why in one.why],
        )
        for key, own in made.items()
    ]


def without_release(what: str, release: str) -> str:
    """Return what a model is, without the release that wrote it."""
    return what.removeprefix(f"{release} ").removesuffix(f", {release}")


def _release(line: Line) -> str:
    return line.cells.get("made by", "").removeprefix(f"{line.cells['family']} ")


def summary(found: list[Line]) -> str:
    """Return a line for each family: of how many of its models each thing could be done."""
    rows = []
    for family in dict.fromkeys(line.cells["family"] for line in found):
        own = [line.cells for line in found if line.cells["family"] == family]
        releases = {cells["made by"] for cells in own} - {HERE}
        kinds = {kind for cells in own for kind in cells.get("states", "").split(", ") if kind}
        rows.append(
            [
                family,
                ", ".join(one.removeprefix(f"{family} ") for one in sorted(releases)) or HERE,
                _of(own, "opens", "yes"),
                _of(own, "predicts", BITS, "to "),
                f"{len(kinds)} kinds",
                str(sum(cells.get("not read", "0") != "0" for cells in own)),
                _of(own, "stripped", "identical"),
                str(sum(" rows" in cells.get("rebuilt", "") for cells in own)),
                ", ".join(sorted({cells.get("audit of the file", "") for cells in own})),
            ]
        )
    head = [
        "family",
        "files made by",
        "opens",
        "predicts",
        "states",
        "not all read",
        "stripped",
        "rebuilt",
        "audit",
    ]
    return markdown(head, rows, words=len(head))


def _of(own: list[dict[str, str]], name: str, *good: str) -> str:
    return f"{sum(cells.get(name, '').startswith(good) for cells in own)} of {len(own)}"


def table(found: list[Line]) -> str:
    """Return both tables, and why something is not done where it is not."""
    rows = [[line.cells.get(name, "") for name in HEAD] for line in merged(found)]
    reasons = list(dict.fromkeys(why for line in merged(found) for why in line.why))
    said = "\n".join(f"- {why}" for why in reasons)
    return "\n\n".join([summary(found), markdown(HEAD, rows, words=len(HEAD)), *([said] if said else [])])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", metavar="FAMILY", help="one family")
    parser.add_argument("--write", action="store_true", help="write it into the page of families")
    given = parser.parse_args()
    warnings.simplefilter("ignore")
    text = f"{table([*lines(given.only)])}\n\n{machine(*installed())}"
    print(text)
    if given.write and given.only is None:
        write_section(PAGE, SECTION, text)


def installed() -> list[str]:
    """Return the packages of those families that are here."""
    packages = ("xgboost-cpu", "lightgbm", "catboost", "onnx", "onnxruntime", "statsmodels")
    from retrodict.models.installation import installed as release

    return [name for name in packages if release(name) is not None]


if __name__ == "__main__":
    main()
