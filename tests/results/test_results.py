"""One suite for every result: plain data, kept and read back, printed and shown with nothing in it that acts."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from sklearn.linear_model import LogisticRegression
from sklearn.neighbors import KNeighborsClassifier

import retrodict as rd
from retrodict.extras import EXTRA_OF
from retrodict.models.doctor import Diagnosis
from retrodict.models.installation import Library, extras, families
from retrodict.plain_text import shown
from retrodict.results.notes import Note
from retrodict.results.packing import pack
from retrodict.results.result import FolderResult, KeptResult, Result
from retrodict.study.analysis import StudyAnalysis, analyse
from retrodict.theory import (
    EXAMPLES,
    DiscreteWorld,
    ErrorBudget,
    concurrence,
    error_budget,
    gradients,
    path,
    read_world,
)
from tests.study.analysis.worlds import study

HOSTILE = ("x\x1b[2J<b>", "y\u202e&")
LABELS = ("<i>\x07no", "yes\u2066")
OF_OWN_FILES = (rd.Sanitized, rd.Migration, DiscreteWorld)
"""A model's file, and a world's, which other commands take."""
RECORDS = ("Feature", "Schema", "Target")
"""Plain data, whose own representation quotes every text."""


@cache
def table(seed: int) -> pd.DataFrame:
    """Two features and a label, whose names act on a terminal and on a page."""
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(120, 2)).round(3)
    label = np.array(LABELS)[(X.sum(axis=1) + rng.normal(size=120) > 0).astype(int)]
    return pd.DataFrame(X, columns=list(HOSTILE)).assign(label=label)


@cache
def model(kind: type[Any] = LogisticRegression) -> Any:
    return kind().fit(table(0)[list(HOSTILE)], table(0)["label"])


@cache
def reconstruction() -> rd.Reconstruction:
    return rd.reconstruct(model(), prior(), 120, seed=0, progress=False)


@cache
def prior() -> Any:
    return rd.fit_prior(table(1)[list(HOSTILE)])


def diagnosis() -> Any:
    """What `doctor` says of an installation that lacks something, whose libraries say what acts."""
    optional = tuple(Library("numba", "1", "2", "broken", shown(fault)) for fault in HOSTILE)
    warnings = (Note("extra_lacks", "numba can't be imported", extra="rebuild"),)
    made = extras((*optional[:1], *(Library(name, None, None, "missing") for name in EXTRA_OF if name != "numba")))
    return Diagnosis("1", "3", "x", 2, {}, True, optional, optional, made, families(optional), warnings)


MAKERS: dict[str, Callable[[], Any]] = {
    "Check": lambda: rd.check(model()),
    "Disclosures": lambda: rd.inspect_model(model(KNeighborsClassifier)),
    "Reconstruction": reconstruction,
    "Rebuilt": lambda: rd.rebuild(model(KNeighborsClassifier), progress=False),
    "Inversion": lambda: rd.invert(model(), prior(), outputs=list(LABELS), draws=20, progress=False),
    "Fidelity": lambda: rd.evaluate(reconstruction(), table(0), table(1), target="label"),
    "RecordRisk": lambda: rd.record_risk(reconstruction(), table(0), table(1), target="label"),
    "RecordMatch": lambda: rd.matched_error(reconstruction().frame, table(0), target="label"),
    "MembershipAttacks": lambda: rd.membership_attacks(model(), table(0), table(1), target="label"),
    "Inferred": lambda: rd.infer(model(), table(0), HOSTILE[0], prior(), target="label"),
    "AttributeRisk": lambda: rd.attribute_risk(model(), table(0), table(1), target="label", limit=30),
    "Replicas": lambda: rd.replicate(
        reconstruction(), "naive_bayes", holdout=table(1), model=model(), prior=prior(), target="label"
    ),
    "Migration": lambda: rd.migrate(model(), "naive_bayes", prior(), rows=200, progress=False),
    "QueryCurve": lambda: rd.query_curve(
        model(), prior(), (50, 100), table(0), table(1), target="label", estimators="naive_bayes"
    ),
    "EstimatedBudget": lambda: rd.error_budget(
        model(), prior(), holdout=table(1), target="label", draws=2_000, learners=("curves",), envelope=("curves",)
    ),
    "SimulationCalibration": lambda: rd.calibrate(model(), prior(), simulations=20, draws=10, progress=False),
    "Sanitized": lambda: rd.sanitize(model(), rows=100),
    "Diagnosis": diagnosis,
    "StudyAnalysis": lambda: analyse(study(worlds=2, spread=0.05), HOSTILE[0], replicates=20),
    "DiscreteWorld": EXAMPLES["cancelling"],
    "ErrorBudget": lambda: error_budget(EXAMPLES["cancelling"]()),
    "Concurrence": lambda: concurrence(EXAMPLES["cancelling"]()),
    "SignAgreement": lambda: concurrence(EXAMPLES["cancelling"]()).prior,
    "Gradients": lambda: gradients(EXAMPLES["cancelling"]()),
    "Path": lambda: path(EXAMPLES["cancelling"](), steps=3),
}


@cache
def made(name: str) -> Any:
    """Return a result, made once."""
    return MAKERS[name]()


@pytest.fixture(scope="module", params=MAKERS)
def result(request: pytest.FixtureRequest) -> Any:
    found = made(request.param)
    assert type(found).__name__ == request.param
    return found


def test_it_is_a_result(result: Any) -> None:
    assert isinstance(result, Result)
    assert isinstance(result, (KeptResult, FolderResult, *OF_OWN_FILES)), "it can't be read back"
    assert "\n" not in result.head


def test_it_becomes_strict_json(result: Any) -> None:
    data = result.to_dict()
    assert json.loads(json.dumps(data, allow_nan=False)) == data
    assert json.loads(result.document()) == data


def test_it_has_a_table_of_its_own(result: Any) -> None:
    frame = result.to_frame()
    assert isinstance(frame, pd.DataFrame)
    assert len(frame) or isinstance(result, rd.Sanitized)  # of a model that states nothing
    assert frame.columns.is_unique
    pd.testing.assert_index_equal(frame.index, pd.RangeIndex(len(frame)))
    again = result.to_frame()
    pd.testing.assert_frame_equal(again, frame)
    frame.pop(frame.columns[0])  # what is given away is a copy
    pd.testing.assert_frame_equal(result.to_frame(), again)


def test_notes_are_data(result: Any) -> None:
    for name in ("warnings", "notes"):
        for note in getattr(result, name, ()):
            assert isinstance(note, Note)
            assert note.code.isidentifier()
        for line in result.to_dict().get(name, []):
            assert line.keys() == {"code", "text", "values"}


def test_it_is_written_and_read_back(result: Any, tmp_path: Path) -> None:
    if isinstance(result, rd.Sanitized | rd.Migration):
        result.save(tmp_path / "model.skops")  # what is made is a model, and so is its file
        assert rd.load_model(tmp_path / "model.skops").schema.names == prior().schema.names
        return
    out = result.save(tmp_path / "kept")
    if isinstance(result, FolderResult):
        again = type(result).load(out)
        assert again == result
        pd.testing.assert_frame_equal(again.frame, result.frame)
    elif isinstance(result, KeptResult):
        again = type(result).load(out)
        assert again.to_dict() == result.to_dict()
        assert (repr(again), again._repr_html_()) == (repr(result), result._repr_html_())
        assert pack(again) == pack(result), "a field is not what it was"
        written = json.loads(out.read_text())
        assert written.pop("result") == type(result).__name__
        assert written == {**result.to_dict(), "state": written["state"]}
    else:
        assert read_world(out).to_dict() == json.loads(out.read_text()) == result.to_dict()
    with pytest.raises(rd.errors.RetrodictError):
        result.save(tmp_path)


def test_nothing_in_what_it_prints_or_shows_acts(result: Any) -> None:
    for text in (repr(result), result._repr_html_()):
        assert all(line.isprintable() for line in text.split("\n"))
    assert not any(word in result._repr_html_() for word in ("[2J<b>", "<i>\\x07"))


def test_every_public_result_is_here() -> None:
    public = {name: getattr(rd, name) for name in rd.__all__ if isinstance(getattr(rd, name), type)}
    results = {name for name, kind in public.items() if issubclass(kind, Result)}
    assert results == public.keys() - set(RECORDS)
    assert results <= MAKERS.keys()
    assert issubclass(StudyAnalysis, Result)


def test_what_is_no_number_is_told_apart(tmp_path: Path) -> None:
    world = EXAMPLES["cancelling"]()
    found = error_budget(replace(world, q_x=np.eye(world.n_states)[0]))
    again = ErrorBudget.load(found.save(tmp_path / "kept.json"))
    assert found.posterior == again.posterior == np.inf
    assert found.to_dict()["posterior"] is None


def test_arrays_and_tables_come_back_whole(tmp_path: Path) -> None:
    risk = made("RecordRisk")
    again = rd.RecordRisk.load(risk.save(tmp_path / "kept.json"))
    np.testing.assert_array_equal(again.closest, risk.closest)
    np.testing.assert_array_equal(again.matched.pairs, risk.matched.pairs)
    pd.testing.assert_frame_equal(again.singled_out, risk.singled_out)
    pd.testing.assert_frame_equal(again.closest_holdout, risk.closest_holdout)


def test_replicas_come_back_without_their_models(tmp_path: Path) -> None:
    replicas = made("Replicas")
    again = rd.Replicas.load(replicas.save(tmp_path / "kept.json"))
    assert (list(replicas.models), list(again.models)) == (["naive_bayes"], [])
    pd.testing.assert_frame_equal(again.summary(), replicas.summary())


SPOILT: dict[str, Callable[[dict[str, Any]], Any]] = {
    "nothing": lambda data: {},
    "what save did not write": lambda data: {key: data[key] for key in data.keys() - {"result", "state"}},
    "another number": lambda data: {**data, "seed": 1.5},
    "a truth for a number": lambda data: {**data, "seed": True},
    "half a part": lambda data: {**data, "attacks": [{}]},
    "lines for notes": lambda data: {**data, "warnings": ["text"]},
    "another summary": lambda data: {**data, "worst": 1},
    "an entry more": lambda data: {**data, "more": 1},
    "a state more": lambda data: {**data, "state": {**data["state"], "more": 1}},
    "no state": lambda data: {**data, "state": []},
    "no attack": lambda data: {**data, "attacks": []},
}


@pytest.mark.parametrize("spoil", SPOILT)
def test_a_file_that_holds_something_else_is_refused(spoil: str, tmp_path: Path) -> None:
    kept = made("MembershipAttacks").save(tmp_path / "kept.json")
    kept.write_text(json.dumps(SPOILT[spoil](json.loads(kept.read_text()))))
    with pytest.raises(rd.errors.RequestError, match=r"holds no MembershipAttacks: ") as caught:
        rd.MembershipAttacks.load(kept)
    assert "\n" not in str(caught.value)


def test_a_file_of_another_result_is_refused_by_both_names(tmp_path: Path) -> None:
    kept = made("RecordMatch").save(tmp_path / "kept.json")
    with pytest.raises(rd.errors.RequestError, match="holds no Fidelity: it is a file of RecordMatch"):
        rd.Fidelity.load(kept)


@pytest.mark.parametrize("name", ["Disclosures", "MembershipAttacks", "RecordRisk", "Gradients", "EstimatedBudget"])
def test_whatever_is_damaged_is_read_or_refused_in_one_line(name: str, tmp_path: Path) -> None:
    one = made(name)
    kept = one.save(tmp_path / "kept.json")
    whole = kept.read_text()
    places = [*_places(json.loads(whole))]
    refused = []
    for place in places[:: len(places) // 60 + 1]:
        for wrong in (None, -1, {"float": "x"}, {"dtype": "S9", "shape": [1], "values": ["x"]}, [[[]]]):
            data = inner = json.loads(whole)
            for step in place[:-1]:
                inner = inner[step]
            inner[place[-1]] = wrong
            kept.write_text(json.dumps(data))
            try:
                type(one).load(kept)
            except rd.errors.RequestError as error:
                refused.append(str(error))
    assert len(refused) > 100
    assert not any("\n" in line for line in refused)


def _places(data: Any) -> Iterator[tuple[Any, ...]]:
    """Yield the way to every part of plain data."""
    inner = data.items() if isinstance(data, dict) else enumerate(data) if isinstance(data, list) else ()
    for key, value in inner:
        yield (key,)
        yield from ((key, *more) for more in _places(value))
