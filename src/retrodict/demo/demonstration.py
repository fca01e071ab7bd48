"""The demo: the main job from end to end on a bundled real example, with nothing hidden."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from retrodict.demo.inputs import TARGET, load_parts, write_inputs
from retrodict.demo.judgement import CONTROLS, Judgement, judge
from retrodict.errors import MissingExtraError, RequestError
from retrodict.extras import extra_for
from retrodict.models import Model, load_model
from retrodict.plain_text import json_text
from retrodict.priors import ClassPrior, CopulaPrior, IndependentPrior, load_prior
from retrodict.reconstruction import Reconstruction, reconstruct
from retrodict.results.claim import claimed
from retrodict.results.disk import writing
from retrodict.results.folder import check_writable, replace_text

ROWS = 5_000
MODEL, PRIOR, RESULT, PICTURE, NUMBERS = "model.skops", "prior.yaml", "reconstruction", "demo.png", "demo.json"
_MARK = ".retrodict-demo"
_OWN = {_MARK, MODEL, PRIOR, RESULT, f"{RESULT}.partial", PICTURE, NUMBERS, f"{NUMBERS}.new"}


@dataclass(frozen=True)
class Demonstration:
    """What the demo found.

    Parameters
    ----------
    judgement
        Accuracies and distances.
    reconstruction
        The rebuilt rows.
    holdout_rows
        How many rows were held out.
    seconds
        Wall time of the reconstruction, and of the whole demo.
    out
        The folder that holds everything.
    without_picture
        Why there is no picture; ``None`` where there is one.
    """

    judgement: Judgement
    reconstruction: Reconstruction
    holdout_rows: int
    seconds: tuple[float, float]
    out: Path
    without_picture: str | None = None

    def to_dict(self) -> dict[str, Any]:
        """Return plain data."""
        return {
            "rows": self.reconstruction.n_rows,
            "queries": self.reconstruction.provenance.queries,
            "seed": self.reconstruction.provenance.seed,
            "holdout_rows": self.holdout_rows,
            "controls": CONTROLS,
            "accuracy": {
                key: asdict(value)
                for key, value in vars(self.judgement).items()
                if key in ("base", "replica", "control")
            },
            "larger_class": self.judgement.larger_class,
            "lift": asdict(self.judgement.lift),
            "agreement": self.judgement.agreement,
            "distance": {"rebuilt": self.judgement.distance_rebuilt, "prior": self.judgement.distance_prior},
            "seconds": {"reconstruction": self.seconds[0], "whole": self.seconds[1]},
            "classes": {report.observation: report.to_dict() for report in self.reconstruction.diagnostics},
            "out": str(self.out),
            "picture": None if self.without_picture else str(self.out / PICTURE),
        }


def demonstrate(out: str | Path, seed: int = 0, say: Callable[[str], None] = lambda line: None) -> Demonstration:
    """Run the demo into its own folder.

    Parameters
    ----------
    out
        A new folder, or one that an earlier demo made: its files are made anew.
    seed
        Of the split and of every draw.
    say
        Told each step, in a line.

    Raises
    ------
    RequestError
        If the folder holds anything that is not the demo's, or can't be written.
    """
    started = time.perf_counter()
    out = Path(out)
    with claimed(out), writing(out):
        _open_folder(out)
        model, prior = out / MODEL, out / PRIOR
        _train(model, prior, seed, say)
        rebuilt = _rebuild(model, prior, out / RESULT, seed, say)
        found = rebuilt.found
        parts = load_parts(seed)
        say(
            f"4. judge: train a replica on the rebuilt rows and {CONTROLS} controls on prior draws with labels by "
            f"class share; test all on the {len(parts.holdout)} rows held back"
        )
        drawn = rebuilt.prior.sample(ROWS, np.random.default_rng([seed, 1]))
        prior_rows = pd.DataFrame(drawn, columns=list(rebuilt.prior.schema.names))
        verdict = judge(
            rebuilt.model,
            found.frame,
            prior_rows,
            rebuilt.prior.class_shares or {},
            parts.train,
            parts.holdout,
            seed,
        )
        missing = None
        try:
            with extra_for("the picture of the demo"):
                from retrodict.demo.figure import draw_demo
        except MissingExtraError as error:
            missing = str(error)
            say(f"5. no picture: {missing}")
        else:
            say(f"5. draw the picture: {out / PICTURE}")
            draw_demo(out / PICTURE, parts.train, found.frame, prior_rows, TARGET, verdict, len(parts.holdout))
        whole = time.perf_counter() - started
        result = Demonstration(verdict, found, len(parts.holdout), (rebuilt.seconds, whole), out, missing)
        replace_text(out / NUMBERS, json_text(result.to_dict()) + "\n")
        return result


def _open_folder(out: Path) -> None:
    if out.is_dir() and (out / _MARK).exists():
        foreign = sorted(path.name for path in out.iterdir() if path.name not in _OWN)
        if foreign:
            raise RequestError(f"'{out}' holds '{foreign[0]}', which is not the demo's; give another folder with --out")
        for path in out.iterdir():
            shutil.rmtree(path) if path.is_dir() and not path.is_symlink() else path.unlink()
    check_writable(out)
    out.mkdir(parents=True, exist_ok=True)
    (out / _MARK).touch()


def _train(model: Path, prior: Path, seed: int, say: Callable[[str], None]) -> None:
    """Write the two files; the data is gone when this returns."""
    parts = load_parts(seed)
    n, others = len(parts.train), len(parts.holdout)
    say(f"1. fit a logistic regression on {n} of {n + others} patients: {model}")
    say(f"2. write what a paper would say of those {n} (means, sds, ranges, correlations): {prior}")
    write_inputs(parts.train, model, prior)


@dataclass(frozen=True)
class _Rebuilt:
    """What came of the two files."""

    model: Model
    prior: IndependentPrior | CopulaPrior | ClassPrior
    found: Reconstruction
    seconds: float


def _rebuild(model: Path, prior: Path, result: Path, seed: int, say: Callable[[str], None]) -> _Rebuilt:
    """Rebuild rows from the two files alone."""
    say(f"3. forget the data; rebuild {ROWS:,} rows from these two files alone: {result / 'rows.parquet'}")
    loaded, stated = load_model(model), load_prior(prior)
    started = time.perf_counter()
    found = reconstruct(loaded, stated, ROWS, seed=seed, out=result, progress=False)
    return _Rebuilt(loaded, stated, found, time.perf_counter() - started)
