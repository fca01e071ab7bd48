"""The doctor tells what is there from what is missing, too old or broken, and names what mends it."""

from __future__ import annotations

from pathlib import Path

import pytest

from retrodict.extras import EXTRA_OF, USES
from retrodict.models import doctor as doctors
from retrodict.models import installation
from retrodict.models.family import families
from retrodict.models.installation import Library, _import_faults, _release, _requirements


def everything_but(state: str, *names: str) -> tuple[Library, ...]:
    return tuple(Library(one, "9.9", "1.0", state if one in names else "works") for one in EXTRA_OF)  # type: ignore[arg-type]


def test_all_extras_have_libraries_and_a_use() -> None:
    served = {one.extra for one in installation.families(everything_but("works"))}
    for extra in installation.extras(everything_but("works")):
        assert extra.works
        assert extra.remedy is None
        assert extra.libraries
        assert set(extra.libraries) <= set(EXTRA_OF)
        assert bool(extra.enables) == (extra.name in USES or extra.name in served)


def test_what_is_missing_is_named_with_what_mends_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doctors, "optional_libraries", lambda: everything_but("missing", "matplotlib"))
    found = doctors.doctor()
    lacking = {note.values["extra"]: note for note in found.warnings}
    assert (
        lacking.keys()
        == {extra.name for extra in found.extras if not extra.works}
        == {"app", "plot", "report", "study"}
    )
    assert all(note.code == "extra_lacks" for note in found.warnings)
    assert lacking["plot"].values["remedy"] == "pip install 'retrodict[plot]'"
    assert lacking["plot"].values["libraries"] == {"matplotlib": "missing"}


@pytest.mark.parametrize(
    ("state", "command"),
    [("old", "pip install --upgrade 'retrodict[ray]'"), ("broken", "pip install --force-reinstall 'retrodict[ray]'")],
)
def test_what_is_old_or_broken_is_mended_otherwise(state: str, command: str) -> None:
    (ray,) = (one for one in installation.extras(everything_but(state, "ray")) if one.name == "ray")
    assert (ray.works, ray.remedy) == (False, command)


def test_a_family_works_with_all_of_its_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    of = {one.name: one for one in installation.families(everything_but("missing", *EXTRA_OF))}
    assert len(of) == len(families())
    assert of["sklearn"].works
    assert set(of["sklearn"].can) == set(installation.PARTS.values())
    for one in of.values():
        assert one.works == (one.extra is None)
        assert "opening" in one.can


def test_releases_are_told_from_older_ones(monkeypatch: pytest.MonkeyPatch) -> None:
    assert _release("3.0") == _release("3.0.0rc1") < _release("3.0.1") < _release("3.10")
    monkeypatch.setattr(installation, "version", lambda package: "0.0.1")
    assert all(one.state == "old" for one in installation.core_libraries() if one.least)
    assert "ray" in {name for name, _, extra in _requirements() if extra == "ray"}


def test_an_import_that_fails_or_ends_the_process_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "dies_here.py").write_text("import os; os.abort()")
    (tmp_path / "lacks_here.py").write_text("raise OSError('libgomp.so.1:\\n no such file \\x1b[2J')")
    (tmp_path / "talks_here.py").write_text("print('not JSON')")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    found = _import_faults(["talks_here", "dies_here", "json", "lacks_here"])
    assert found.keys() == {"dies_here", "lacks_here"}
    assert "-6" in found["dies_here"]
    assert found["lacks_here"].startswith("OSError: libgomp.so.1:")
    assert found["lacks_here"].isprintable()


def test_a_library_that_is_hidden_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(installation, "find_spec", lambda name: None)
    monkeypatch.setattr(installation, "_import_faults", lambda names: dict.fromkeys(names, ""))
    assert {one.state for one in installation.optional_libraries()} == {"missing"}
