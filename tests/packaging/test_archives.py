"""What the wheel and the source archive hold, and no more; built from a copy of the files that git knows."""

from __future__ import annotations

import shutil
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
LARGEST = 4_000_000
"""Bytes of either archive: twice what they have."""

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not (ROOT / ".git").exists(), reason="no clone: git does not say which files are ours"),
]


def git(*words: str, at: Path = ROOT) -> str:
    return subprocess.run(["git", "-C", str(at), *words], capture_output=True, text=True, check=True).stdout


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """Return the wheel and the source archive of what is committed, with a tag of its own."""
    place = tmp_path_factory.mktemp("clone")
    git("clone", "--quiet", "--no-tags", str(ROOT), str(place / "clone"))
    git("tag", "v7.8.9", at=place / "clone")
    command = [sys.executable, "-m", "uv"] if shutil.which("uv") is None else ["uv"]
    done = subprocess.run(
        [*command, "build", "--quiet", "--out-dir", str(place / "dist"), str(place / "clone")],
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode and ("No module named uv" in done.stderr or "fetch" in done.stderr):
        pytest.skip(f"nothing can be built here: {done.stderr[-200:]}")
    assert done.returncode == 0, done.stderr
    ((wheel,), (source,)) = (list((place / "dist").glob(name)) for name in ("*.whl", "*.tar.gz"))
    return wheel, source


def test_the_release_is_the_tag_s(built: tuple[Path, Path]) -> None:
    assert [path.name for path in built] == ["retrodict-7.8.9-py3-none-any.whl", "retrodict-7.8.9.tar.gz"]
    assert max(path.stat().st_size for path in built) < LARGEST


def test_the_wheel_holds_the_package_and_its_data_and_nothing_else(built: tuple[Path, Path]) -> None:
    with zipfile.ZipFile(built[0]) as archive:
        names = set(archive.namelist())
        metadata = archive.read("retrodict-7.8.9.dist-info/METADATA").decode()
    packaged = {name.removeprefix("src/") for name in git("ls-files", "src/retrodict").splitlines()}
    assert {name for name in names if name.startswith("retrodict/")} == packaged
    assert "retrodict/py.typed" in names
    assert {name.split("/")[0] for name in names} == {"retrodict", "retrodict-7.8.9.dist-info"}
    assert any(name.endswith("LICENSE") for name in names)
    assert "Requires-Python: >=3.11" in metadata
    assert "Description-Content-Type: text/markdown" in metadata


def test_the_source_archive_holds_what_the_wheel_is_made_of(built: tuple[Path, Path]) -> None:
    with tarfile.open(built[1]) as archive:
        names = {name.partition("/")[2] for name in archive.getnames()}
    packaged = set(git("ls-files", "src/retrodict").splitlines())
    beside = {"pyproject.toml", "README.md", "LICENSE", "CHANGELOG.md", "CITATION.cff", "SECURITY.md", "PKG-INFO"}
    assert names - {".gitignore"} == packaged | beside


def test_the_demo_says_in_one_line_that_there_is_no_picture(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from retrodict.demo.demonstration import demonstrate

    monkeypatch.delitem(sys.modules, "retrodict.demo.figure", raising=False)
    monkeypatch.setitem(sys.modules, "matplotlib.backends.backend_agg", None)  # as where it is not installed
    said: list[str] = []
    found = demonstrate(tmp_path / "demo", 0, said.append)
    assert said[-1].startswith("5. no picture: the picture of the demo needs matplotlib, which is not installed; pip")
    assert found.to_dict()["picture"] is None
    assert (tmp_path / "demo" / "demo.json").is_file()
