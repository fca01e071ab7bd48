"""A study's folder: the page, the figures as data, the cells."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from pathlib import Path
from typing import Any

import pandas as pd

from retrodict.extras import extra_for
from retrodict.report.pages import write_page
from retrodict.results.claim import claimed
from retrodict.results.folder import check_writable, new_folder, replace_text
from retrodict.study.analysis import StudyAnalysis, analyse
from retrodict.study.analysis.intervals import REPLICATES

HTML, JSON = "report.html", "report.json"


def study_report(
    cells: pd.DataFrame,
    study: Mapping[str, Any] | None = None,
    *,
    out: str | Path,
    command: str = "",
    seed: int = 0,
    replicates: int = REPLICATES,
) -> StudyAnalysis:
    """Analyse the cells of a study and write its report, in one step.

    Parameters
    ----------
    cells
        One row a cell, as a study file keeps them.
    study
        What the file says of the study: ``name``, ``cells`` (planned), ``digest``, ``version``, ``started_at``.
    out
        A new folder: ``report.html``, ``report.json``, ``cells.parquet``, ``cells.csv``, and the figures as PNG.
    command
        How to do it again.
    seed, replicates
        Of the bootstrap over datasets.

    Returns
    -------
    StudyAnalysis
        The analysis.

    Raises
    ------
    RequestError
        If the cells can't be read as a study's, or the folder can't be made.
    RunError
        If writing fails.
    """
    with extra_for("the report of a study", "study"):
        from retrodict.report.study.html import render
        from retrodict.study.analysis.pictures import drawings

        import_module("statsmodels.regression.mixed_linear_model")

    out, study = Path(out), study or {}
    with claimed(out):
        check_writable(out)
        found = analyse(
            cells, str(study.get("name") or "study"), planned=study.get("cells"), seed=seed, replicates=replicates
        )
        drawn = drawings(found)
        about = [(words, str(study[key])) for key, words in _ABOUT.items() if study.get(key)]
        page = render(found, drawn, about, command or f"retrodict study report FILE --out {out}")
        with new_folder(out) as work:
            replace_text(work / JSON, found.document())
            write_page(work / HTML, page)
            cells.to_parquet(work / "cells.parquet", index=False)
            cells.to_csv(work / "cells.csv", index=False)
            for one in drawn:
                one.save(work / f"study_{one.name}.png")
    return found


_ABOUT = {"digest": "design", "version": "retrodict", "started_at": "started"}
