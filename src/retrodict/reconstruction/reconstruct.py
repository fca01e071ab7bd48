"""Draw a dataset from a model and an assumed prior."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from retrodict import priors
from retrodict.errors import PriorError, RequestError
from retrodict.execution import Pool
from retrodict.execution.places import pool_of
from retrodict.inference.engines import AUTO
from retrodict.inference.given import engine_text
from retrodict.inference.run import EngineLike, engine_of
from retrodict.inference.task import subseed
from retrodict.models import Meter, Regressor, load_model
from retrodict.reconstruction.drawing import Drawing
from retrodict.reconstruction.in_parts import InParts
from retrodict.reconstruction.request import resolve, with_known_noise
from retrodict.reconstruction.result import Reconstruction
from retrodict.reconstruction.shard_work import ShardWork
from retrodict.reconstruction.shards import Shards, part_rows
from retrodict.reconstruction.shares import ClassShares, class_quota
from retrodict.reconstruction.stated_table import disclosed_by, stated_table
from retrodict.results.arguments import check_count, check_seed
from retrodict.results.folder import ROWS_FILE
from retrodict.results.store.places import is_address, store_of

DEFAULT_ROWS = 10_000
"""Rows where no number is asked for."""

LEAST_BUDGET, CALLS_A_ROW = 1_000_000, 100
"""Model calls where no budget is given: enough for a class that one prior draw in a hundred falls to."""

_JOB, _NOISE, _PARTS = 0, 1, 2
"""First keys of the children of the seed."""


def query_budget(given: int | None, n: int) -> int:
    """Return the query budget for so many rows: where none is given, a million model calls, or a hundred a row."""
    return max(LEAST_BUDGET, CALLS_A_ROW * n) if given is None else check_count(given, "the query budget")


def _pool(out: str | Path | None, backend: str | None, workers: int | None, address: str | None) -> Pool | None:
    """Return the workers that are asked for; ``None`` where this process does all."""
    if backend is not None:
        pool = pool_of(backend, workers, address)
        if out is None:
            raise RequestError("workers write the rows to files; name a folder or an address for them: --out")
        return pool
    for value, what in ((workers, "workers are"), (address, "an address is")):
        if value is not None:
            raise RequestError(f"{what} of a backend; add --backend local or --backend ray, or leave it out")
    if out is not None and is_address(out):
        raise RequestError(
            f"'{out}' is no folder of this machine; parts of a table can be written there: add --backend local or ray"
        )
    return None


def reconstruct(
    model: Any,
    prior: Any = None,
    rows: int | None = None,
    *,
    seed: int = 0,
    class_shares: ClassShares | None = None,
    engine: EngineLike = AUTO,
    max_queries: int | None = None,
    out: str | Path | None = None,
    backend: str | None = None,
    workers: int | None = None,
    address: str | None = None,
    progress: bool | None = None,
) -> Reconstruction:
    """Draw rows with labels from a trained model under a prior: ``Q(x|y) = Q(y|x) Q(x) / Z_y`` for each class `y`.

    Where the model states its training table itself, a note of the result says so: `rebuild` finds that.

    Parameters
    ----------
    model
        A loaded `Model`, a fitted estimator, or the path of a model file.
    prior
        A prior, or the path of a prior file; by default the one that the model's own disclosures imply;
        see `implied_prior`.
    rows
        Rows in all; by default 10,000.
    seed
        The one seed: the same seed gives the same table.
    class_shares
        A share for each class, ``"equal"``, or ``"model"``: the model's own shares under the prior. By default those of
        the prior where it states any, else ``"model"``.
    engine
        A name of `inference.ENGINES`; ``"auto"``, which chooses among them by what they cost; an engine with settings
        of its own: any object with ``draw(posterior, n, rng)``, which is asked for each class's rows; or names with an
        `EngineEntry` each, for ``"auto"`` to choose among.
    max_queries
        Model calls (rows scored) to spend at most; by default a million, or a hundred a row.
    out
        A new folder to stream the rows to; memory then stays small, and the same call goes on where a killed one was.
        With a backend also an address that fsspec reaches, as ``s3://bucket/folder``.
    backend
        ``"local"`` or ``"ray"``: the rows are drawn in parts by many workers, processes of this machine or of a Ray
        cluster, each part to a Parquet file at `out`. By default this process draws them alone, to one file. Parts
        have seeds of their own: the rows are the same whatever the backend and the number of workers, and others than
        without one.
    workers
        How many, of one thread each; by default as many as cores, of this machine or of the cluster.
    address
        Of a running Ray cluster; by default that of ``RAY_ADDRESS``, else one is started on this machine.
    progress
        Whether to show a bar on standard error; by default where that is a terminal.

    Returns
    -------
    Reconstruction
        Rows and labels. A class that could not be reached within the budget is reported as that, and its rows found so
        far are kept.

    Raises
    ------
    RetrodictError
        If the model, the prior, or the request can't be met at all.

    Notes
    -----
    Rows and labels follow the joint ``Q(y|x) Q(x)``, or ``Q(x|y)`` with the class shares given (Hartoyo, Ciupek,
    Malawski & Crimi, Scientific Reports 15:13856, 2025). A regressor's target is its prediction plus Gaussian noise.
    """
    rows = DEFAULT_ROWS if rows is None else check_count(rows, "the number of rows")
    pool = _pool(out, backend, workers, address)
    root = check_seed(seed)
    drawing = engine_of(engine)
    model = load_model(model)
    budget = query_budget(max_queries, rows)
    disclosed = disclosed_by(model) if prior is None else None
    stated = stated_table(model, disclosed)
    try:
        job = resolve(model, prior, disclosed)
    except PriorError as error:
        if prior is None and stated is not None:
            raise PriorError(f"{error}; {stated}") from None
        raise
    if isinstance(job.model, Regressor):
        if class_shares is not None:
            raise RequestError("class shares are for classifiers; this model is a regressor")
        shares: ClassShares = "model"
    else:
        shares = class_shares if class_shares is not None else priors.class_shares(job.prior) or "model"
    quota = class_quota(shares, job.schema.target, rows)
    request = {
        "rows": rows,
        "class_shares": shares if isinstance(shares, str) else {str(k): float(v) for k, v in shares.items()},
        "engine": engine_text(engine),
        "max_queries": budget,
    }
    meter = Meter(job.model, budget)
    job = with_known_noise(job, meter, subseed(root, _NOISE))
    notes = () if stated is None else (stated,)
    if pool is not None:
        assert out is not None  # as was asked for with a pool
        shards = Shards(rows, quota, max(budget - meter.queries, 1), part_rows(len(job.schema)))
        place = store_of(out)
        work = ShardWork.of(job, shards, subseed(root, _PARTS), engine, place.sub(ROWS_FILE), request, int(seed))
        return InParts(work, place, request, int(seed), meter.queries, notes).run(pool, progress)
    drawn = Drawing(job, meter, rows, subseed(root, _JOB), drawing, quota, notes)
    return drawn.run(request, int(seed), out, progress)
