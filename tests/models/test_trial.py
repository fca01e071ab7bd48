"""Trials in a copy of this process: one that waits for ever is told from one that works."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from retrodict.errors import ModelError
from retrodict.models import guard, trial
from retrodict.models.family import Source, Trust

pytestmark = pytest.mark.skipif(not trial.can_fork(), reason="a copy of the process can't be had here")


def test_a_copy_that_does_nothing_is_told_from_one_that_works() -> None:
    def works() -> None:
        end = time.process_time() + 0.4
        while time.process_time() < end:
            time.sleep(0.001)
            sum(range(100_000))

    assert trial.endured(works, still=0.3) is None
    with pytest.raises(trial.StillError):
        trial.endured(lambda: time.sleep(60), still=0.1)


@pytest.mark.parametrize("said", [None, "it ends with SIGSEGV"])
def test_a_file_whose_copy_waits_for_threads_that_it_lacks_is_tried_apart(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, said: str | None
) -> None:
    asked = []
    monkeypatch.setattr(guard, "STILL_SECONDS", 0.1)
    monkeypatch.setattr(guard, "endured_apart", lambda arguments: asked.append(arguments) or said)
    source = Source(tmp_path / "model.cbm", b"")
    if said is None:
        guard.check_endured(source, Trust(), lambda: time.sleep(60))
    else:
        with pytest.raises(ModelError, match="in a process of its own it ends with SIGSEGV"):
            guard.check_endured(source, Trust(), lambda: time.sleep(60))
    assert asked == [[str(source.path), "[]"]]
