"""What each command prints, writes and returns."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import skops.io
from sklearn.linear_model import LogisticRegression

import retrodict as rd
from retrodict import errors
from retrodict.cli import app as app_module
from retrodict.cli.failures import failure
from tests.cli.conftest import Outcome

Cli = Callable[..., Outcome]
LOGISTIC = ("--rows", 300, "--seed", 3)


def test_reconstruct_writes_rows_and_prints_one_object(cli: Cli, shelf: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    outcome = cli(
        "reconstruct", shelf / "logistic.skops", "--prior", shelf / "prior.yaml", *LOGISTIC, "--out", out, "--json"
    )
    assert outcome.code == 0
    printed = outcome.json
    assert printed["rows"] == 300
    assert printed["queries"] >= 300
    assert printed["seed"] == 3
    assert printed["out"] == str(out)
    assert set(printed["classes"]) == {"no", "yes"}
    for report in printed["classes"].values():
        assert report["engine"] == "rejection"
        assert report["exact"] is True
        assert 0 < report["evidence"] < 1
        assert 0 < report["evidence_se"] < 0.1
        assert report["ess"] > 0
    rows = pd.read_parquet(out / "rows.parquet")
    assert list(rows.columns) == ["a", "b", "target"]
    assert len(rows) == 300
    assert {**json.loads((out / "reconstruction.json").read_text()), "out": str(out)} == printed
    assert rd.Reconstruction.load(out).n_rows == 300
    assert outcome.err.count("\n") == 1
    assert "skops audit: nothing untrusted" in outcome.err


def test_reconstruct_for_people(cli: Cli, shelf: Path, tmp_path: Path) -> None:
    arguments = ("reconstruct", shelf / "mixed.skops", "--prior", shelf / "mixed.yaml", "--rows", 50)
    outcome = cli(*arguments, "--class-shares", "True=0.2,False=0.8", "--out", tmp_path / "a")
    assert outcome.code == 0
    for text in ("evidence", "ESS", "class True: exact: 10 independent draws", "reconstruction.json", "next: "):
        assert text in outcome.out
    quiet = cli(*arguments, "--out", tmp_path / "b", "--quiet")
    assert quiet == Outcome(0, "", "")


@pytest.mark.parametrize("engine", ["auto", "rejection", "smc"])
def test_engines_and_equal_shares(engine: str, cli: Cli, shelf: Path, tmp_path: Path) -> None:
    outcome = cli(
        *("reconstruct", shelf / "logistic.skops", "--prior", shelf / "prior.yaml", "--rows", 40, "--engine", engine),
        *("--class-shares", "equal", "--out", tmp_path / "out", "--json"),
    )
    assert outcome.code == 0
    assert {report["reached"] for report in outcome.json["classes"].values()} == {20}
    assert {report["engine"] for report in outcome.json["classes"].values()} <= {"smc", "rejection"}


def test_enumeration_regressor_and_default_prior(cli: Cli, shelf: Path, tmp_path: Path) -> None:
    states = cli(
        *("reconstruct", shelf / "mixed.skops", "--prior", shelf / "states.yaml", "--engine", "enumeration"),
        *("--rows", 20, "--out", tmp_path / "states", "--json"),
    )
    assert states.code == 0
    assert {report["engine"] for report in states.json["classes"].values()} == {"enumeration"}
    values = cli(
        *("reconstruct", shelf / "linear.skops", "--prior", shelf / "prior.yaml", "--noise-scale", "0.5"),
        *("--rows", 20, "--out", tmp_path / "values", "--json"),
    )
    assert values.code == 0
    assert set(values.json["classes"]) == {"rows"}
    bounds = tmp_path / "schema.yaml"
    bounds.write_text("features: {a: {min: -3, max: 3}, b: {min: -3, max: 3}}\n")
    uniform = cli(
        "reconstruct", shelf / "logistic.skops", "--schema", bounds, "--rows", 20, "--out", tmp_path / "uniform"
    )
    assert uniform.code == 0


@pytest.mark.slow
def test_the_same_seed_gives_the_same_bytes_in_two_processes(cli: Cli, shelf: Path, tmp_path: Path) -> None:
    def command(name: str, seed: int) -> list[str]:
        prior = shelf / "prior.yaml"
        words = ["reconstruct", shelf / "logistic.skops", "--prior", prior, "--rows", 2000, "--seed", seed]
        return [str(word) for word in [*words, "--out", tmp_path / name, "--json"]]

    processes = [
        subprocess.Popen(
            [sys.executable, "-m", "retrodict", *command(name, 0)], stdout=subprocess.PIPE, stderr=subprocess.PIPE
        )
        for name in ("first", "second")
    ]
    for process in processes:
        out, err = process.communicate()
        assert process.returncode == 0
        assert json.loads(out)["seed"] == 0
        assert err.count(b"\n") == 1
    assert cli(*command("other", 1)).code == 0
    first, second, other = ((tmp_path / name / "rows.parquet").read_bytes() for name in ("first", "second", "other"))
    assert first == second
    assert first != other


@pytest.mark.parametrize("name", ["logistic", "mixed", "linear", "tree"])
def test_inspect(name: str, cli: Cli, shelf: Path) -> None:
    shown = cli("inspect", shelf / f"{name}.skops")
    assert (shown.code, shown.err) == (0, "")
    printed = cli("inspect", shelf / f"{name}.skops", "--json")
    assert (printed.code, printed.err) == (0, "")
    data = printed.json
    assert set(data) == {"model", "audit", "schema", "undetermined", "unread", "disclosures"}
    assert data["audit"]["format"] == "skops"
    assert data["model"]["fingerprint"] == "sha256:" + data["audit"]["sha256"]
    assert data["model"]["kind"] == ("regressor" if name == "linear" else "classifier")
    for text in (data["model"]["family"], data["model"]["likelihood"], *data["schema"]["features"]):
        assert text in shown.out.replace("\n", "")


def test_inspect_shows_the_audit_of_a_file_it_refuses(cli: Cli, shelf: Path) -> None:
    untrusted, pickled = shelf / "untrusted.skops", shelf / "logistic.pkl"
    refused = cli("inspect", untrusted)
    assert refused.code == 2
    assert "refused: tests.cli.conftest.OwnModel" in refused.out
    assert refused.err.startswith("error: ")
    assert refused.err.count("\n") == 1
    data = cli("inspect", pickled, "--json")
    assert data.code == 2
    assert data.json["model"] is None
    assert data.json["audit"]["refused"] == ["any code"]
    trusted = cli("inspect", untrusted, "--trust", "tests.cli.conftest.OwnModel")
    assert trusted.code == 0
    assert "trusted by you: tests.cli.conftest.OwnModel" in trusted.out
    assert "read because you trust it" in cli("inspect", pickled, "--trust-pickle").out


@pytest.mark.parametrize(
    ("content", "different"),
    [("label\nyes\nno\nyes\n", 2), ("no,yes\n0.2,0.8\n0.5,0.5\n0.9,0.1\n", 3)],
    ids=["labels", "probabilities"],
)
@pytest.mark.parametrize("parquet", [False, True], ids=["csv", "parquet"])
def test_invert(content: str, different: int, parquet: bool, cli: Cli, shelf: Path, tmp_path: Path) -> None:
    outputs, out = tmp_path / "outputs", tmp_path / "out"
    outputs.write_text(content)
    if parquet:
        pd.read_csv(outputs).to_parquet(outputs)
    arguments = ("invert", shelf / "logistic.skops", "--prior", shelf / "prior.yaml", "--outputs", outputs)
    outcome = cli(*arguments, "--draws", 7, "--out", out, "--json")
    assert outcome.code == 0
    assert outcome.json["rows"] == 21
    assert len(outcome.json["posteriors"]) == different
    rows = pd.read_parquet(out / "rows.parquet")
    assert list(rows.columns) == ["output", "draw", "a", "b"]
    assert rows.groupby("output").size().tolist() == [7, 7, 7]
    shown = cli(*arguments, "--draws", 7, "--out", tmp_path / "again")
    assert shown.code == 0
    assert "21 draws behind 3 outputs" in shown.out


def test_labels_of_text_are_read_as_they_are_written(cli: Cli, shelf: Path, tmp_path: Path) -> None:
    frame = pd.DataFrame(np.random.default_rng(0).normal(size=(40, 2)), columns=["a", "b"])
    skops.io.dump(LogisticRegression().fit(frame, np.where(frame["a"] > 0, "NA", "01")), tmp_path / "m.skops")
    (tmp_path / "outputs.csv").write_text("label\n01\nNA\n")
    outcome = cli(
        "invert",
        tmp_path / "m.skops",
        "--prior",
        shelf / "prior.yaml",
        "--outputs",
        tmp_path / "outputs.csv",
        "--draws",
        3,
        "--out",
        tmp_path / "out",
        "--json",
    )
    assert outcome.code == 0
    assert outcome.json["outputs"] == ["01", "NA"]


def test_invert_values(cli: Cli, shelf: Path, tmp_path: Path) -> None:
    outputs = tmp_path / "values.csv"
    outputs.write_text("y\n1.5\n-2\n")
    outcome = cli(
        *("invert", shelf / "linear.skops", "--prior", shelf / "prior.yaml", "--outputs", outputs, "--draws", 50),
        *("--noise-scale", 0.1, "--out", tmp_path / "out", "--json"),
    )
    assert outcome.code == 0
    means = pd.read_parquet(tmp_path / "out" / "rows.parquet").groupby("output")["a"].mean()
    assert means.tolist() == pytest.approx([0.75, -1.0], abs=0.05)


def test_help_version_and_start_up_without_heavy_imports(cli: Cli) -> None:
    assert cli("--version") == Outcome(0, f"retrodict {rd.__version__}\n", "")
    assert "reconstruct" in cli("--help").out
    bare = cli()
    assert bare.code == 2
    assert bare.err == ""
    heavy = ("numpy", "pandas", "sklearn", "scipy")
    probe = f"import sys, retrodict.cli.commands; print([m for m in {heavy} if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", probe], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


def test_an_interruption_says_how_to_go_on(
    cli: Cli, shelf: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stop(*arguments: object, **settings: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("retrodict.reconstruct", stop)
    outcome = cli("reconstruct", shelf / "logistic.skops", "--out", tmp_path / "out")
    assert outcome.code == 130
    assert outcome.err == "error: stopped; the same command goes on from what was kept so far\n"


def test_a_fault_of_ours_is_one_line_and_a_traceback_on_request(
    cli: Cli, shelf: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*arguments: object, **settings: object) -> None:
        raise ZeroDivisionError("oh\nno")

    monkeypatch.setattr("retrodict.reconstruct", fail)
    arguments = ("reconstruct", shelf / "logistic.skops", "--out", tmp_path / "out")
    outcome = cli(*arguments)
    assert outcome.code == 1
    assert outcome.err.startswith("error: internal: ZeroDivisionError: oh no; please report it")
    assert outcome.err.count("\n") == 1
    monkeypatch.setenv("RETRODICT_TRACEBACK", "1")
    with pytest.raises(ZeroDivisionError):
        cli(*arguments)


@pytest.mark.parametrize("full", [OSError(28, "No space left on device", "/disk/rows")])
def test_trouble_with_the_disk_is_a_run_that_failed(
    full: OSError, cli: Cli, shelf: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def write(*arguments: object, **settings: object) -> None:
        raise full

    monkeypatch.setattr(pd.DataFrame, "to_parquet", write)
    outcome = cli(
        "reconstruct", shelf / "logistic.skops", "--prior", shelf / "prior.yaml", "--rows", 9, "--out", tmp_path / "out"
    )
    assert outcome.code == 1
    assert outcome.err == (
        f"error: '{tmp_path / 'out'}' can't be written: no room is left on its disk; free some, or give another place; "
        "nothing was kept\n"
    )
    assert list(tmp_path.iterdir()) == []


def test_the_type_of_an_error_decides_its_code() -> None:
    kinds = [kind for kind in vars(errors).values() if isinstance(kind, type) and issubclass(kind, Exception)]
    failed = {kind for kind in kinds if issubclass(kind, errors.RunError)}
    assert {errors.RunError, errors.ScoringError, errors.BudgetExhaustedError} <= failed
    assert {kind for kind in kinds if failure(kind("x"))[0] == 1} == failed
    assert {failure(kind("x"))[0] for kind in kinds if kind not in failed} == {2}


def test_main_exits_with_the_code(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "argv", ["retrodict", "inspect", os.devnull])
    monkeypatch.setattr(app_module, "watch_signals", lambda: None)  # those of this process are pytest's
    with pytest.raises(SystemExit) as caught:
        app_module.main()
    assert caught.value.code == 2
