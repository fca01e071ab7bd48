"""What of a model file survives stripping, conversion to ONNX, and conversion to PMML, number by number.

    uv run python -m bench.conversions.survival [--write]

Numbers that each library itself says of its model (split points, leaf values, counts ...) are looked for by value among
all numbers of a file: those of one name, such as one attribute of XML, must hold them. `inspect` is asked as well.
"""

from __future__ import annotations

import argparse
import io
import os
import tempfile
import warnings
from collections import Counter
from collections.abc import Sequence
from contextlib import redirect_stdout
from pathlib import Path
from typing import Any

from retrodict.threads import ONE_THREAD

os.environ.update(ONE_THREAD)  # before numpy is imported: models are small

import numpy as np
import onnx

import retrodict as rd
from bench.conversions.known import BY_COLUMN, COUNTED, NAMES, Case, cases, table
from bench.conversions.series import Series, of_estimator, of_graph, of_json, of_lines, of_xml
from bench.document import machine, markdown, write_section

_PAGE = "conversions.md"
_ROWS = 500
"""Of the battery on which stripped models are compared."""
_LEVELS = ((0.0, ""), (2e-7, " (32 bits)"), (5e-6, " (6 digits)"))
"""How near numbers must come: equal, equal but for the last bit of 32 (exporters multiply and divide), or rounded."""
_SLACK = 0.005
"""Share of numbers, half a percent, that makes no difference."""


def to_graph(case: Case, folder: Path) -> onnx.ModelProto:
    """Convert a model to ONNX by the usual converter."""
    from onnxmltools import convert_lightgbm, convert_xgboost
    from onnxmltools.convert.common.data_types import FloatTensorType
    from skl2onnx import to_onnx

    types = [("X", FloatTensorType([None, len(NAMES)]))]
    if case.name == "CatBoost":
        case.model.save_model(str(folder / "c.onnx"), format="onnx")
        return onnx.load(folder / "c.onnx")
    if case.name == "XGBoost":
        frame, target = table()  # the converter takes no names of columns
        plain = type(case.model)(**case.model.get_params()).fit(frame.to_numpy(), target)
        return convert_xgboost(plain, initial_types=types)
    if case.name == "LightGBM":
        return convert_lightgbm(case.model, initial_types=types)
    return to_onnx(case.model, table()[0].to_numpy(np.float32)[:1])


def to_pmml(case: Case, folder: Path) -> bytes:
    """Convert a model to PMML: by nyoka, and of CatBoost by itself."""
    import nyoka
    from sklearn.pipeline import Pipeline

    path = str(folder / "x.pmml")
    if case.name == "CatBoost":
        case.model.save_model(path, format="pmml")
    else:
        write = {"XGBoost": nyoka.xgboost_to_pmml, "LightGBM": nyoka.lgb_to_pmml}.get(case.name, nyoka.skl_to_pmml)
        pipeline = case.model if isinstance(case.model, Pipeline) else Pipeline([("model", case.model)])
        with redirect_stdout(io.StringIO()):
            write(pipeline, list(NAMES), "label", path)
    return Path(path).read_bytes()


def native(case: Case, made: Any) -> Series:
    """Return the numbers of a model as its own library writes it; stripped ones are read from what stripping made."""
    if case.name == "XGBoost":
        booster = made.get_booster() if hasattr(made, "get_booster") else made
        return of_json(bytes(booster.save_raw("json")))
    if case.name == "LightGBM":
        booster = getattr(made, "booster_", made)
        return of_lines(booster.model_to_string().encode())
    if case.name == "CatBoost":
        with tempfile.TemporaryDirectory() as folder:
            made.save_model(f"{folder}/c.json", format="json")
            return of_json(Path(folder, "c.json").read_bytes())
    return of_estimator(made)


def stripped(case: Case, folder: Path) -> tuple[Any, rd.Sanitized]:
    """Return a model without what predictions do not need, as its own library reads it."""
    found = rd.sanitize(case.model, rows=_ROWS)
    path = folder / "stripped"
    found.save(path)
    if case.name == "XGBoost":
        import xgboost

        return xgboost.Booster(model_file=bytearray(path.read_bytes())), found
    if case.name == "LightGBM":
        import lightgbm

        return lightgbm.Booster(model_str=path.read_text()), found
    if case.name == "CatBoost":
        return type(case.model)().load_model(str(path)), found
    return getattr(found.model, "estimator", None), found


def share(values: np.ndarray, series: Series, near: float) -> float:
    """Return the greatest share of some numbers that one series holds, each as near as said."""
    return max((_found(values, held, near) for held in series.values()), default=0.0)


def all_counted(values: np.ndarray, series: Series) -> bool:
    """Whether one series holds each number as often: small whole numbers are found in part in any."""
    own = Counter(values.tolist())
    return any(own <= Counter(held.tolist()) for held in series.values())


def _found(values: np.ndarray, held: np.ndarray, near: float) -> float:
    held = np.sort(held[np.isfinite(held)])
    if not len(held):
        return 0.0
    at = np.searchsorted(held, values)
    sides = [held[np.clip(at - i, 0, len(held) - 1)] for i in (0, 1)]
    off = np.minimum(*(np.abs(side - values) for side in sides))
    return float((off <= near * np.abs(values)).mean())


def cell(wanted: Sequence[np.ndarray], series: Series | str, kind: str) -> str:
    """Return what is left of one kind of number in one file, and to how many digits where not to the last one."""
    if isinstance(series, str):
        return series
    if kind in COUNTED:
        return "100 %" if any(all_counted(values, series) for values in wanted) else "0 %"
    joined = np.mean if kind in BY_COLUMN else np.max
    shares = [float(joined([share(values, series, near) for values in wanted])) for near, _ in _LEVELS]
    words = next(told for own, (_, told) in zip(shares, _LEVELS, strict=True) if own >= shares[-1] - _SLACK)
    return f"{100 * shares[-1]:.0f} %" + (words if shares[-1] >= _SLACK else "")


def facts(found: rd.Disclosures) -> str:
    """Return the kinds of facts, with their numbers, and how many things were not read."""
    kinds = Counter(fact.kind for fact in found)
    told = ", ".join(f"{kind} {n}" for kind, n in sorted(kinds.items())) or "none"
    return told + (f"; not read: {len(found.unread)}" if found.unread else "")


def lines_of(case: Case, folder: Path) -> tuple[list[list[str]], list[list[str]]]:
    """Return the lines of both tables for one model."""
    frame, _ = table()
    known = case.known(case.model)
    known["ranges"] = [np.array(ends) for ends in zip(frame.min(), frame.max(), strict=True)]
    bare, found = stripped(case, folder)
    graph = to_graph(case, folder)
    again = rd.sanitize(graph, rows=_ROWS)
    try:
        pmml: Series | str = of_xml(to_pmml(case, folder))
    except NotImplementedError:
        pmml = "no converter"
    files: list[Series | str] = [
        native(case, case.model),
        native(case, bare) if bare is not None else "not read",
        of_graph(graph.SerializeToString()),
        of_graph(again.model.written()),  # type: ignore[attr-defined]
        pmml,
    ]
    numbers = []
    for kind, wanted in known.items():
        many = sum(map(len, wanted)) if kind in BY_COLUMN else len(wanted[0])
        numbers.append([case.name, kind, f"{many:,}", *(cell(wanted, one, kind) for one in files)])
    stated = [
        [case.name, name, facts(told), "" if same is None else "yes" if same else "NO"]
        for name, told, same in (
            ("as fitted", found.before, None),
            ("stripped", found.after, found.identical),
            ("ONNX", again.before, None),
            ("ONNX, stripped", again.after, again.identical),
        )
    ]
    return numbers, stated


def main() -> None:
    """Print both tables; with ``--write``, put them into the page."""
    parser = argparse.ArgumentParser(description=str(__doc__).partition("\n")[0])
    parser.add_argument("--write", action="store_true", help="rewrite the tables of docs/results/conversions.md")
    write = parser.parse_args().write
    numbers, stated = [], []
    with tempfile.TemporaryDirectory() as folder:
        for case in cases():
            one, other = lines_of(case, Path(folder))
            numbers += one
            stated += other
            print(case.name, "done", flush=True)
    note = machine("xgboost-cpu", "lightgbm", "catboost", "onnx", "skl2onnx", "onnxmltools", "nyoka")
    head = ["model", "numbers", "how many", "as fitted", "stripped", "ONNX", "ONNX, stripped", "PMML"]
    first = f"{markdown(head, numbers, 2)}\n\n{note}"
    second = markdown(["model", "file", "facts that `inspect` states", "outputs bit for bit"], stated, 4)
    print(first, second, sep="\n\n")
    if write:
        write_section(_PAGE, "numbers", first)
        write_section(_PAGE, "facts", second)


if __name__ == "__main__":
    warnings.simplefilter("ignore")
    main()
