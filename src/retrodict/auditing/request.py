"""What an audit is asked: one model, what is known beside it, and how much work may be done."""

from __future__ import annotations

import math
from collections.abc import Collection
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Self

import pandas as pd

from retrodict.auditing.appetite import Appetite, load_appetite
from retrodict.auditing.model_file import ModelFile, model_file
from retrodict.disclosures.stated import load_stated
from retrodict.errors import RequestError
from retrodict.evaluation.beside import check_enough, renamed
from retrodict.models import Model
from retrodict.plain_text import shown
from retrodict.priors import Prior, load_prior
from retrodict.results.arguments import check_count, check_seed
from retrodict.results.notes import Note
from retrodict.tables.encoded import encoded
from retrodict.tables.labelled import read_labelled
from retrodict.tables.titles import HOLDOUT, TRAIN

ROWS, _QUICK_ROWS = 10_000, 1_000
QUICK_SECONDS = 100.0
"""What the parts of a quick audit take at most, by default: with reading and writing it ends within two minutes, a
first look that nobody has to wait for."""

SHADOWS, _QUICK_SHADOWS = 16, 4
"""Shadow models of a full audit: their attacks come within a hundredth of those of 64. And of a quick one: enough for
attacks that are made for few (RMIA)."""


@dataclass(frozen=True, eq=False)
class AuditRequest:
    """One audit.

    Parameters
    ----------
    model
        The model.
    prior
        Of extraction by query, or its file; ``None``: see `public_prior`.
    train, holdout
        Training rows, and others of the same source; ``None`` where not given: then nothing is said of single rows.
    target
        The target's column in both; ``None``: see `read_labelled`.
    appetite
        The thresholds.
    rows
        Rows drawn by each extraction.
    seed
        The one seed.
    quick
        Fewer rows, replicas and steps.
    seconds
        Take about so long at most, shared out over the parts; infinite is no limit.
    shadows
        Shadow models that attacks on membership train; 0 is none.
    estimator
        What shadow models are where the model's own kind can't be trained; ``None``: they are not.
    subgroups
        Listed columns whose values are looked at one by one; ``None``: as `membership_attacks` chooses.
    records
        Whether a line a row is written that singles out persons.
    workers
        Threads that train shadow models; ``None``: one a core.
    cache
        A folder that keeps shadow models' scores; ``None`` is none.
    file
        The file that the model was read from; ``None`` where it came from memory.
    like
        The model whose type and settings shadow models take, if not its own: of a sanitised copy the original.
    """

    model: Model
    prior: Prior | str | Path | None
    train: pd.DataFrame | None
    holdout: pd.DataFrame | None
    target: str | None
    appetite: Appetite
    rows: int
    seed: int
    quick: bool
    seconds: float
    shadows: int
    estimator: Any = None
    subgroups: tuple[str, ...] | None = None
    records: bool = False
    workers: int | None = None
    cache: Path | None = None
    file: ModelFile | None = None
    like: Model | None = None

    @classmethod
    def of(
        cls,
        model: Any,
        prior: Prior | str | Path | None = None,
        *,
        train: pd.DataFrame | None = None,
        holdout: pd.DataFrame | None = None,
        target: str | None = None,
        appetite: str | Path | None = None,
        rows: int | None = None,
        seed: int = 0,
        quick: bool = False,
        seconds: float | None = None,
        shadows: int | None = None,
        estimator: Any = None,
        subgroups: Collection[str] | None = None,
        records: bool = False,
        workers: int | None = None,
        cache: str | Path | None = None,
        file: str | Path | None = None,
    ) -> Self:
        """Return the request of what a user gave to `audit`.

        Raises
        ------
        RetrodictError
            If the model or the appetite can't be read, or a number is out of range.
        """
        check_seed(seed)
        n = check_count(rows, "the number of rows") if rows is not None else _QUICK_ROWS if quick else ROWS
        trained = (_QUICK_SHADOWS if quick else SHADOWS) if shadows is None else _shadows(shadows)
        if isinstance(subgroups, str):
            raise RequestError(
                f"subgroups are a list of columns, got the text '{shown(subgroups)}'; give ['{shown(subgroups)}']"
            )
        limit, limits = _limit(seconds, quick), load_appetite(appetite)
        loaded = load_stated(model)
        source = model if file is None and isinstance(model, str | Path) else file
        return cls(
            loaded,
            prior,
            train,
            holdout,
            target,
            limits,
            n,
            int(seed),
            quick,
            limit,
            trained,
            estimator,
            None if subgroups is None else tuple(subgroups),
            records,
            None if workers is None else check_count(workers, "the number of workers"),
            None if cache is None else Path(cache),
            None if source is None else model_file(source, loaded),
        )

    def read(self) -> tuple[Self, tuple[Note, ...]]:
        """Return the request with tables as `read_labelled` reads them, and what is said of them.

        Raises
        ------
        RetrodictError
            If they can't be read, or hold too few rows.
        """
        given = {TRAIN: self.train, HOLDOUT: self.holdout}
        given = {title: frame for title, frame in given.items() if frame is not None}
        if not given:
            return self, ()
        schema, undetermined = renamed(self.model, self._names())
        if not self.model.schema.named:
            schema = replace(schema, named=all(_has(frame, schema.names) for frame in given.values()))
        read = read_labelled(schema, given, self.target, undetermined=undetermined)
        check_enough(read)
        plain = {title: frame.reset_index(drop=True) for title, frame in read.frames.items()}
        own = replace(self, train=plain.get(TRAIN), holdout=plain.get(HOLDOUT), target=read.schema.target.name)
        return own, encoded(read).warnings

    def _names(self) -> tuple[str, ...]:
        """Return what the prior calls the features: a model that was fitted without names has them by position."""
        prior = load_prior(self.prior) if isinstance(self.prior, str | Path) else self.prior
        return prior.schema.names if isinstance(prior, Prior) else ()


def _has(frame: Any, names: tuple[str, ...]) -> bool:
    return not isinstance(frame, pd.DataFrame) or set(names) <= {str(name) for name in frame.columns}


def _shadows(given: int) -> int:
    return 0 if given == 0 and not isinstance(given, bool) else check_count(given, "the number of shadow models")


def _limit(seconds: float | None, quick: bool) -> float:
    if seconds is None:
        return QUICK_SECONDS if quick else math.inf
    if isinstance(seconds, bool) or not seconds > 0:
        raise RequestError(f"the time limit must be above 0 seconds, got {seconds}; leave it out for none")
    return float(seconds)
