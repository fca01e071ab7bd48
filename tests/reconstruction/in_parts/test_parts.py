"""Parts are the same whoever draws them, there once whatever happens, and together an exact table."""

from __future__ import annotations

import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import retrodict as rd
from retrodict import time_limit
from retrodict.errors import RequestError, RunError, ScoringError, TimeLimitError
from retrodict.execution.pool import Failure, Outcome
from retrodict.reconstruction.in_parts import RUN
from retrodict.reconstruction.shard_work import ShardWork
from retrodict.reconstruction.shards import PART_ROWS, Shards, part_rows
from tests.reconstruction.in_parts.conftest import PART, PARTS, ROWS, Here, files

Draw = Callable[..., rd.Reconstruction]

DIED = Outcome(None, Failure("WorkerDied", "its node went"))


def test_a_folder_is_the_same_bytes_whatever_the_order_and_the_deaths(draw: Draw, tmp_path: Path) -> None:
    draw(tmp_path / "one")
    first = files(tmp_path / "one")
    assert list(first) == ["reconstruction.json", *(f"rows.parquet/part-{i:06d}.parquet" for i in range(PARTS))]
    draw(tmp_path / "back", Here(order=lambda number: -number))
    odd = Here(mishap=lambda tried, task: DIED if tried == 0 and task % 3 == 0 else None)
    draw(tmp_path / "deaths", odd)
    assert odd.tried.count(3) == 2
    assert files(tmp_path / "back") == first
    assert files(tmp_path / "deaths") == first


def test_parts_that_knew_their_worker_would_not_pass(
    draw: Draw, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    drawn: list[int] = []
    seeds = "retrodict.reconstruction.shard_work.shard_seed"

    def by_worker(seed: np.random.SeedSequence, number: int) -> np.random.SeedSequence:
        drawn.append(number)
        return np.random.SeedSequence([len(drawn)])

    draw(tmp_path / "one")
    monkeypatch.setattr(seeds, by_worker)
    draw(tmp_path / "back", Here(order=lambda number: -number))
    drawn.clear()
    draw(tmp_path / "forth")
    assert files(tmp_path / "back") != files(tmp_path / "forth")
    monkeypatch.setattr(seeds, lambda seed, number: seed)  # and parts of one seed
    for name, same in (("twice", True), ("one", False)):
        found = draw(tmp_path / name) if same else rd.Reconstruction.load(tmp_path / name)
        first, second, *_ = found.frames()
        assert first.equals(second) is same


def test_a_killed_run_goes_on_with_the_parts_that_are_there(draw: Draw, tmp_path: Path) -> None:
    def killed(tried: int, task: int) -> None:
        if task == 4:
            raise KeyboardInterrupt

    draw(tmp_path / "whole")
    with pytest.raises(KeyboardInterrupt):
        draw(tmp_path / "out", Here(mishap=killed))
    rows = tmp_path / "out" / "rows.parquet"
    assert len(list(rows.iterdir())) == 4
    with pytest.raises(RequestError, match=r"'reconstruction\.json' is not there"):
        rd.Reconstruction.load(tmp_path / "out")
    (rows / "part-000002.parquet").write_bytes(b"PAR1 cut short")
    before = {one.name: one.stat().st_mtime_ns for one in rows.iterdir()}
    draw(tmp_path / "out")
    after = {one.name: one.stat().st_mtime_ns for one in rows.iterdir()}
    assert [name for name in before if before[name] != after[name]] == ["part-000002.parquet"]
    assert files(tmp_path / "out") == files(tmp_path / "whole")


def test_parts_of_other_requests_are_left_alone(draw: Draw, tmp_path: Path) -> None:
    def killed(tried: int, task: int) -> None:
        if task == 1:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        draw(tmp_path / "out", Here(mishap=killed))
    before = files(tmp_path / "out")
    assert RUN in before
    for other in ({"seed": 4}, {"rows": ROWS + 1}, {"class_shares": "equal"}, {"max_queries": 10**6 + 1}):
        with pytest.raises(RequestError, match="holds parts of another request"):
            draw(tmp_path / "out", **other)
    assert files(tmp_path / "out") == before
    draw(tmp_path / "out")
    with pytest.raises(RequestError, match="is not empty"):
        draw(tmp_path / "out")


def test_what_fails_for_good_stops_the_run_and_keeps_its_name(draw: Draw, tmp_path: Path) -> None:
    def broken(tried: int, task: int) -> Outcome[Any] | None:
        return Outcome(None, Failure("ScoringError", "no such rows")) if task == 2 else None

    with pytest.raises(ScoringError, match=r"no such rows \(part 2; parts that are done are kept"):
        draw(tmp_path / "out", Here(mishap=broken))
    assert len(list((tmp_path / "out" / "rows.parquet").iterdir())) == 2
    with pytest.raises(RunError, match=r"its node went \(part 2"):
        draw(tmp_path / "out", Here(mishap=lambda tried, task: DIED if task == 2 else None))
    with pytest.raises(RunError, match="its node went"):
        draw(tmp_path / "none", Here(mishap=lambda tried, task: DIED))
    assert not (tmp_path / "none").exists()


def test_shares_are_met_exactly_and_evidences_are_those_of_one_stream(draw: Draw, tmp_path: Path) -> None:
    shares = {0: 0.5, 1: 0.3, 2: 0.2}
    found = draw(tmp_path / "out", class_shares=shares)
    assert found.frame.target.value_counts().to_dict() == {0: 1250, 1: 750, 2: 500}
    assert found.complete
    alone = draw(None, backend=None, rows=20_000)
    for report, one in zip(found.diagnostics, alone.diagnostics, strict=True):
        # Two estimates of one number, each with its own error: further apart than 4 of them once in 16,000.
        assert abs(report.evidence - one.evidence) < 4.0 * math.hypot(report.evidence_se, one.evidence_se)
        assert 0.0 < report.evidence_se < 0.03
    joint = draw(tmp_path / "joint")
    assert joint.n_rows == ROWS == joint.provenance.queries
    counts = joint.frame.target.value_counts()
    for i, one in enumerate(alone.diagnostics):
        error = math.sqrt(one.evidence * (1 - one.evidence) / ROWS)
        assert abs(counts[i] / ROWS - one.evidence) < 4.0 * math.hypot(error, one.evidence_se)


def test_rows_are_read_back_whole_and_part_by_part(draw: Draw, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made = draw(tmp_path / "out")
    found = rd.Reconstruction.load(tmp_path / "out")
    assert found == made
    assert [len(frame) for frame in found.frames()] == [PART] * 6 + [100]
    pd.testing.assert_frame_equal(pd.concat(found.frames(), ignore_index=True), found.frame)
    pd.testing.assert_frame_equal(pd.read_parquet(tmp_path / "out" / "rows.parquet"), found.frame)
    found.save(tmp_path / "copy")
    again = rd.Reconstruction.load(tmp_path / "copy")
    assert again.parts is None
    pd.testing.assert_frame_equal(again.frame, found.frame)
    monkeypatch.setattr("retrodict.results.store.parts._memory", lambda: 100_000)
    large = rd.Reconstruction.load(tmp_path / "out")
    with pytest.raises(RequestError, match=r"has 2,500 rows.* take its 7 parts one by one with frames\(\)"):
        _ = large.frame
    some = large.thinned(70)  # what a picture looks at: ten of each part
    assert len(some) == 70
    ends = found.frame.iloc[[0, PART - 1, PART]].reset_index(drop=True)
    pd.testing.assert_frame_equal(some.iloc[[0, 9, 10]].reset_index(drop=True), ends)


def test_a_table_that_lacks_a_part_is_refused(draw: Draw, tmp_path: Path) -> None:
    draw(tmp_path / "out")
    part = tmp_path / "out" / "rows.parquet" / "part-000003.parquet"
    content = part.read_bytes()
    for spoilt in (content[:-1], None):
        part.unlink() if spoilt is None else part.write_bytes(spoilt)
        with pytest.raises(RequestError, match=r"'part-000003.parquet' is not there, or not as it was written"):
            rd.Reconstruction.load(tmp_path / "out")
    part.write_bytes(content)
    part.with_name("part-000007.parquet").write_bytes(content)
    with pytest.raises(RequestError, match=r"'part-000007.parquet' is no part of it"):
        rd.Reconstruction.load(tmp_path / "out")


def test_a_part_that_was_damaged_inside_is_refused_as_it_is_read(draw: Draw, tmp_path: Path) -> None:
    draw(tmp_path / "out")
    part = tmp_path / "out" / "rows.parquet" / "part-000003.parquet"
    content = bytearray(part.read_bytes())
    content[60:1200] = bytes(byte ^ 0x5A for byte in content[60:1200])  # its footer, and its size, are as they were
    part.write_bytes(content)
    found = rd.Reconstruction.load(tmp_path / "out")
    with pytest.raises(RequestError, match=r"'part-000003.parquet' in .*out.* is damaged: .*; make the result again"):
        _ = found.frame


def test_quotas_and_budgets_add_up() -> None:
    quota = np.array([7, 0, 993])
    shards = Shards(1000, quota, 50_001, 64)
    cut = [shards[i] for i in range(len(shards))]
    assert sum(one.budget for one in cut) == 50_001
    assert (sum(one.quota for one in cut if one.quota is not None) == quota).all()
    assert {abs(one.rows - 64) <= 2 for one in cut[:-1]} == {True}
    assert part_rows(30) == PART_ROWS
    assert 16_384 == part_rows(5_000) < PART_ROWS


def test_places_and_words_that_do_not_go_together(job: tuple[Any, rd.Prior], tmp_path: Path) -> None:
    for settings, said in (
        ({"backend": "local"}, "name a folder or an address"),
        ({"workers": 2}, "workers are of a backend"),
        ({"address": "here:1"}, "an address is of a backend"),
        ({"out": "s3://bucket/x"}, "is no folder of this machine"),
        ({"backend": "cloud", "out": tmp_path / "x"}, "unknown backend 'cloud'; use one of local, ray"),
        ({"backend": "local", "out": tmp_path / "x", "engine": Unsendable()}, "can't be sent to other processes"),
    ):
        with pytest.raises(RequestError, match=said):
            rd.reconstruct(*job, 10, **settings)  # type: ignore[arg-type]  # settings of different kinds
    assert not list(tmp_path.iterdir())


class Unsendable:
    """An engine that holds what no process can send."""

    def draw(self, posterior: Any, n: int, rng: np.random.Generator) -> Any:
        raise NotImplementedError

    def __reduce__(self) -> Any:
        raise TypeError("no")


def test_a_worker_that_was_given_up_writes_the_same_bytes(draw: Draw, tmp_path: Path) -> None:
    works: list[ShardWork] = []

    class Zombie(Here):
        def run(self, function: Any, groups: Any) -> Any:
            works.append(function)
            return super().run(function, groups)

    draw(tmp_path / "out", Zombie())
    before = files(tmp_path / "out")
    works[0]._made(2)
    assert files(tmp_path / "out") == before


def test_machines_that_do_not_share_the_folder_are_found_out(draw: Draw, tmp_path: Path) -> None:
    rows = tmp_path / "out" / "rows.parquet"

    class Elsewhere(Here):
        def run(self, function: Any, groups: Any) -> Any:
            yield from super().run(function, groups)
            (rows / "part-000002.parquet").unlink()

    with pytest.raises(RunError, match=r"'part-000002.parquet' is not there.*give a folder that all machines share"):
        draw(tmp_path / "out", Elsewhere())
    assert not (tmp_path / "out" / "reconstruction.json").exists()

    class Intruder(Here):
        def run(self, function: Any, groups: Any) -> Any:
            yield from super().run(function, groups)
            (tmp_path / "out" / RUN).write_text("of another")

    with pytest.raises(RunError, match="another run wrote to"):
        draw(tmp_path / "out", Intruder())


def test_a_time_limit_keeps_the_parts(draw: Draw, tmp_path: Path) -> None:
    draw(tmp_path / "whole")

    def late(tried: int, task: int) -> Outcome[Any] | None:
        if task != 2:
            return None
        limit.end = 0.0
        return DIED

    with time_limit.within(60.0) as limit, pytest.raises(TimeLimitError):
        draw(tmp_path / "out", Here(mishap=late))
    assert len(list((tmp_path / "out" / "rows.parquet").iterdir())) == 2
    draw(tmp_path / "out")
    assert files(tmp_path / "out") == files(tmp_path / "whole")
