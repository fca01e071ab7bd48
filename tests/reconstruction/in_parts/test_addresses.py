"""Parts at addresses: the same bytes as in a folder, and one line for whatever is wrong with a place."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pandas as pd
import pytest

import retrodict as rd
from retrodict.errors import MissingExtraError, RequestError, RunError
from retrodict.results.store.contract import Store
from retrodict.results.store.places import is_address, store_of
from tests.reconstruction.in_parts.conftest import PARTS, Here, files

Draw = Callable[..., rd.Reconstruction]

fsspec = pytest.importorskip("fsspec", reason="fsspec is not installed: pip install 'retrodict[remote]'")


@pytest.fixture
def memory() -> Iterator[str]:
    yield "memory://table/out"
    fsspec.filesystem("memory").store.clear()


def content(store: Store) -> dict[str, bytes]:
    """Return all files of a result."""
    rows = store.sub("rows.parquet")
    own = {name: store.get(name) for name in store.sizes()}
    return own | {f"rows.parquet/{name}": rows.get(name) for name in rows.sizes()}


def check_place(draw: Draw, place: str, folder: Path) -> None:
    """Check that a killed run goes on at a place, and ends with what a folder has."""

    def killed(tried: int, task: int) -> None:
        if task == 3:
            raise KeyboardInterrupt

    draw(folder)
    with pytest.raises(KeyboardInterrupt):
        draw(place, Here(mishap=killed))
    assert len(store_of(place).sub("rows.parquet").sizes()) == 3
    with pytest.raises(RequestError, match="holds parts of another request"):
        draw(place, seed=5)
    made = draw(place)
    assert content(store_of(place)) == files(folder)
    found = rd.Reconstruction.load(place)
    assert (found.path, made.path) == (None, None)
    assert found == made == rd.Reconstruction.load(folder)
    assert len(list(found.frames())) == PARTS
    with pytest.raises(RequestError, match="is not empty"):
        draw(place)


def test_memory(draw: Draw, memory: str, tmp_path: Path) -> None:
    check_place(draw, memory, tmp_path / "out")


@pytest.mark.slow
def test_s3(draw: Draw, bucket: str, tmp_path: Path) -> None:
    check_place(draw, f"{bucket}/out", tmp_path / "out")
    with pytest.raises(RequestError, match=r"'s3://none/out' can't be written: there is no such place"):
        draw("s3://none/out")
    with pytest.raises(RequestError, match=r"holds no reconstruction: 'reconstruction\.json' is not there"):
        rd.Reconstruction.load(f"{bucket}/other")


def test_a_disk_reached_by_its_protocol_gets_whole_files_too(tmp_path: Path) -> None:
    store = store_of(f"local://{tmp_path}/out")
    store.make()
    store.put("a", b"one")
    store.put("a", b"two")
    assert files(tmp_path / "out") == {"a": b"two"}
    assert store.get("a") == b"two"
    with pytest.raises(FileNotFoundError):
        store.get("b")
    assert store_of(f"file://{tmp_path}/out").sizes() == {"a": 3}


def test_places_that_can_not_be_reached(draw: Draw, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    with pytest.raises(RequestError, match="'never://a/b' is no place that fsspec knows: Protocol not known"):
        draw("never://a/b")

    def without(protocol: str) -> None:
        raise ImportError("Install s3fs to access S3")

    with monkeypatch.context() as patch:
        patch.setattr("fsspec.core.get_filesystem_class", without)
        with pytest.raises(RequestError, match="'s3://a/b' can't be reached: Install s3fs to access S3"):
            draw("s3://a/b")
    with monkeypatch.context() as patch:
        patch.setattr(fsspec.get_filesystem_class("memory"), "pipe_file", _refused)
        with pytest.raises(RequestError, match=r"'memory://a/b' can't be written: there is no right to \(not yours\)"):
            draw("memory://a/b")
    with monkeypatch.context() as patch:
        patch.setattr(fsspec.get_filesystem_class("memory"), "pipe_file", _lost)
        with pytest.raises(RunError, match=r"'memory://a/b' can't be written: the line went dead"):
            draw("memory://a/b")
    with monkeypatch.context() as patch:
        patch.setitem(__import__("sys").modules, "fsspec", None)
        with pytest.raises(MissingExtraError, match=r"pip install 'retrodict\[remote\]'"):
            draw("memory://a/b")
    (tmp_path / "file").write_text("")
    with pytest.raises(RequestError, match="can't be written"):
        draw(tmp_path / "file" / "out")
    assert not fsspec.filesystem("memory").store


def _refused(*given: object, **settings: object) -> None:
    raise PermissionError("not yours")


def _lost(*given: object, **settings: object) -> None:
    raise OSError("the line went dead")


def test_what_is_an_address() -> None:
    assert [is_address(one) for one in ("s3://b/x", "simplecache::s3://b", "memory://x", "file:///x")] == [True] * 4
    assert [is_address(one) for one in ("x", "/a/b", "C:\\x", "a:b", "./s3", Path("s3:/b"))] == [False] * 6


def test_rows_of_a_regressor_and_of_texts(draw: Draw, memory: str) -> None:
    frame = pd.DataFrame({"a": [0.0, 1.0, 2.0, 3.0] * 30, "b": ["x", "y", None, "x"] * 30})
    from sklearn.compose import make_column_transformer
    from sklearn.linear_model import BayesianRidge
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import OneHotEncoder

    coded = make_column_transformer((OneHotEncoder(handle_unknown="ignore"), ["b"]), remainder="passthrough")
    model = make_pipeline(coded, BayesianRidge()).fit(frame, frame.a * 2 + (frame.b == "x"))
    found = draw(memory, model=model, prior=rd.fit_prior(frame))
    assert rd.Reconstruction.load(memory) == found
    assert found.frame.dtypes.equals(next(found.frames()).dtypes)
