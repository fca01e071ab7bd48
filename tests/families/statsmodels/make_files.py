"""Write small files of results with whatever release of statsmodels runs this, and the library's own predictions.

Run with a Python that has the release, from this folder: ``python make_files.py``. Files of 0.14.5 and 0.15.0 are kept.
"""

from __future__ import annotations

import json
import sys
from importlib import import_module
from pathlib import Path

import statsmodels

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE))
fits = import_module("fits")

KEPT = ("OLS", "OLS of a matrix", "GLM gamma", "Logit", "MNLogit", "MixedLM")


def main() -> None:
    """Write each result as it is, and after `remove_data`."""
    folder = HERE / "files" / statsmodels.__version__
    folder.mkdir(parents=True, exist_ok=True)
    told = {}
    for name in KEPT:
        made, frame = fits.fitted(name, fits.table(40)), fits.table(8, seed=9)
        rows = (
            frame
            if hasattr(made.model, "formula")
            else frame[["age", "dose"]].assign(const=1.0)[["const", "age", "dose"]]
        )
        told[name] = made.predict(rows).to_numpy().tolist()
        made.save(folder / f"{name.replace(' ', '_')}.pickle")
        try:
            made.remove_data()
        except AttributeError:  # of mixed models it breaks off
            continue
        made.save(folder / f"{name.replace(' ', '_')}.bare.pickle")
    (folder / "predictions.json").write_text(json.dumps(told), encoding="utf-8")


if __name__ == "__main__":
    main()
