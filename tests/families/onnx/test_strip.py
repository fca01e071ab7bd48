"""Stripped graphs are files that onnxruntime itself runs, with the same outputs; what stays is said."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import onnx
import pytest
from onnx import helper, numpy_helper
from sklearn.ensemble import AdaBoostClassifier, GradientBoostingClassifier
from sklearn.neighbors import KNeighborsClassifier

import retrodict as rd
from retrodict.cli.app import run
from tests.families.onnx.graphs import graph, labels, network, numbers, own_outputs

X = numbers()


def test_a_stripped_file_is_run_by_the_library_itself(tmp_path: Path) -> None:
    made = graph(GradientBoostingClassifier(n_estimators=5, random_state=0), X, labels(X), zipmap=False)
    found = rd.sanitize(made, rows=200)
    path = found.save(tmp_path / "bare.onnx")
    bare = onnx.load(path)
    onnx.checker.check_model(bare)
    assert (bare.producer_name, bare.doc_string, len(bare.metadata_props)) == ("", "", 0)
    feeds = {"X": X.astype(np.float32)}
    for one, other in zip(own_outputs(made, feeds), own_outputs(bare, feeds), strict=True):
        assert np.array_equal(one, other)
    assert path.read_bytes() == rd.sanitize(made, rows=200).model.written()  # type: ignore[attr-defined]


def test_what_stays_is_said() -> None:
    made = graph(GradientBoostingClassifier(n_estimators=5, random_state=0), X, labels(X))
    kept = {entry.path: entry.why for entry in rd.sanitize(made, rows=200).kept}
    (why,) = [why for path, why in kept.items() if path.endswith("class_weights")]
    assert "determine the training table" in why
    rows = rd.sanitize(graph(KNeighborsClassifier(3), X, labels(X)), rows=200)
    assert rows.identical
    assert rows.after.of("Rows")


def test_what_no_output_needs_is_taken_out() -> None:
    made = graph(AdaBoostClassifier(n_estimators=3, random_state=0), X, labels(X))
    made.graph.initializer.append(numpy_helper.from_array(X, "left over"))
    made.graph.node.append(helper.make_node("Identity", ["left over"], ["nowhere"]))
    before = len(made.graph.node)
    found = rd.sanitize(made, rows=200)
    assert found.identical
    bare = found.model.made  # type: ignore[attr-defined]
    assert len(bare.graph.node) < before
    assert "left over" not in {one.name for one in bare.graph.initializer}
    assert not any(one.name.startswith("nodes_hitrates") for node in bare.graph.node for one in node.attribute)


def test_at_the_command_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    model = network()
    model.doc_string = "of the table of Tuesday"
    onnx.save(model, tmp_path / "net.onnx")
    assert run(["sanitize", str(tmp_path / "net.onnx"), "--out", str(tmp_path / "bare.onnx"), "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["identical"] is True
    assert {entry["path"] for entry in told["removed"]} == {"doc_string", "graph.name"}
    assert isinstance(told["kept"], list)
    assert run(["inspect", str(tmp_path / "bare.onnx"), "--json"]) == 0
    said = json.loads(capsys.readouterr().out)
    assert (said["disclosures"], said["unread"]) == ([], [])
