"""The same study on a cluster of several nodes, all of them on this machine."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import pytest

from retrodict.errors import RunError
from retrodict.study.design import Design
from retrodict.study.run import run_study
from retrodict.study.store import read_cells
from tests.execution.clusters import cluster_of
from tests.study.running.test_run import ROOT, TOY, run, steady
from tests.study.running.toy import CELLS

SMALL = Design.model_validate(
    {
        "name": "small",
        "datasets": ["iris", {"world": "random", "features": 3}],
        "algorithms": ["naive_bayes", "extra_trees"],
        "priors": ["uniform", "mixture_0.5"],
        "rows": 60,
        "evaluation_rows": 60,
    }
)


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Start a head without cores of its own and two nodes of one core each; give the address."""
    os.environ["PYTHONPATH"], before = str(ROOT), os.environ.get("PYTHONPATH")
    os.environ["RETRODICT_TEST_FOLDER"] = str(tmp_path_factory.mktemp("ray"))
    try:
        with cluster_of(2) as (made, _):
            yield made.address
    finally:
        if before is None:
            del os.environ["PYTHONPATH"]
        else:
            os.environ["PYTHONPATH"] = before


@pytest.mark.slow
def test_tables_are_the_same_wherever_they_are_made(cluster: str, tmp_path: Path) -> None:
    where = {
        "one": {"workers": 1},
        "two": {"workers": 2},
        "ray": {"backend": "ray", "address": cluster},
    }
    for name, settings in where.items():
        status = run_study(SMALL, tmp_path / name, **settings)  # type: ignore[arg-type]  # settings of different kinds
        assert (status.done, status.failed) == (8, 0)
    first = steady(tmp_path / "one")
    assert first[["posterior_js", "accuracy", "replica_accuracy"]].notna().all(axis=None)
    assert first.loc[first.source == "world", "posterior_kl"].notna().all()
    for name in ("two", "ray"):
        pd.testing.assert_frame_equal(steady(tmp_path / name), first, check_exact=True)
    assert read_cells(tmp_path / "ray").worker.nunique() == 2


@pytest.mark.slow
def test_an_actor_that_dies_costs_one_cell_at_most(cluster: str, tmp_path: Path) -> None:
    died = Path(os.environ["RETRODICT_TEST_FOLDER"]) / "died"
    status = run(tmp_path / "ray", "dying", backend="ray", address=cluster)
    assert died.exists()
    assert (status.done, status.failed) == (len(CELLS) - 1, 1)
    assert next(iter(status.failures)).startswith("WorkerDied: ")
    run(tmp_path / "local", "quick", workers=1)
    lost = steady(tmp_path / "local").cell == CELLS[4].key
    pd.testing.assert_frame_equal(steady(tmp_path / "ray")[~lost], steady(tmp_path / "local")[~lost])


def test_no_cluster_there(tmp_path: Path) -> None:
    pytest.importorskip("ray", reason="ray is not installed: pip install 'retrodict[ray]'")
    with pytest.raises(RunError, match=r"no Ray cluster at '127.0.0.1:1'"):
        run_study(SMALL, tmp_path / "out", backend="ray", address="127.0.0.1:1", measure=f"{TOY}:quick")
