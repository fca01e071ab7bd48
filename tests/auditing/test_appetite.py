"""A risk appetite is read strictly, and a verdict follows from it."""

from __future__ import annotations

from pathlib import Path

import pytest

from retrodict.auditing import load_appetite
from retrodict.auditing.appetite import PROFILES, LiftThreshold, Threshold
from retrodict.auditing.finding import judge, stated, worst
from retrodict.errors import RequestError


def test_the_default_judges_both_ways_to_extract() -> None:
    appetite = load_appetite()
    assert appetite.from_file.stored_rows.reject == 0
    assert appetite.by_query.membership_advantage.review is not None
    assert appetite.from_file.lift.reject is None
    assert appetite.by_query.lift.reject is None


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("from_file: {stored_rows: {reject: 0}}", "name: Field required"),
        ("name: x\nfrom_file: {rows: {reject: 0}}", "from_file.rows: Extra inputs are not permitted"),
        ("name: x\nfrom_file: {exact_rows: {review: 0.5, reject: 0.1}}", "reject (0.1) is below review (0.5)"),
        ("name: x\nby_query: {lift: {reject: 0.5}}", "by_query.lift.reject"),
        ("name: x\nby_query: {agreement: {review: .nan}}", "by_query.agreement.review"),
        ("name: x\nunjudged: perhaps", "unjudged"),
        ("just text", "holds no thresholds"),
        ("a: [", "is no YAML"),
    ],
)
def test_a_wrong_file_is_one_line(tmp_path: Path, text: str, message: str) -> None:
    path = tmp_path / "appetite.yaml"
    path.write_text(text)
    with pytest.raises(RequestError) as caught:
        load_appetite(path)
    assert message in str(caught.value)
    assert "\n" not in str(caught.value)


def test_an_absent_file_is_one_line(tmp_path: Path) -> None:
    with pytest.raises(RequestError, match="can't be read"):
        load_appetite(tmp_path / "none.yaml")


@pytest.mark.parametrize("name", PROFILES)
def test_profiles_have_every_line_and_go_by_their_names(name: str) -> None:
    appetite, default = load_appetite(name), load_appetite()
    assert appetite.name == name
    for way in ("from_file", "by_query"):
        assert getattr(appetite, way).model_fields_set == getattr(default, way).model_fields_set


def test_profiles_are_the_stricter_the_more_people_get_the_model() -> None:
    inside, safe, given, public = (
        load_appetite(name) for name in ("internal", "safe-setting", "default", "public-release")
    )
    for measure in ("membership_auc", "membership_tpr_at_fpr_01", "subgroup_auc", "exact_rows"):
        for way in ("from_file", "by_query"):
            lines = [getattr(getattr(one, way), measure) for one in (inside, safe, given, public)]
            for limit in ("review", "reject"):
                values = [float("inf") if (v := getattr(line, limit)) is None else v for line in lines]
                assert values == sorted(values, reverse=True), (way, measure, limit)
    assert public.unjudged == "reject"
    assert public.by_query.membership_auc.reject == 0.55


def test_a_file_called_as_a_profile_is_never_taken_for_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "internal").write_text("name: mine")
    with pytest.raises(RequestError, match="'internal' is a profile's name, and a file here is called so, too"):
        load_appetite("internal")
    assert load_appetite("./internal").name == load_appetite(Path("internal")).name == "mine"
    with pytest.raises(RequestError, match="or the name of a profile: default, internal, safe-setting, public-release"):
        load_appetite("public")


def test_a_file_of_an_earlier_release_still_loads(tmp_path: Path) -> None:
    path = tmp_path / "old.yaml"
    path.write_text("name: old\nby_query: {membership_auc: {review: 0.55, reject: 0.6}, shadow_models: release}\n")
    old = load_appetite(path)
    assert old.by_query.membership_auc.reject == 0.6
    assert old.by_query.subgroup_auc == Threshold()  # reported, not judged


@pytest.mark.parametrize(
    ("value", "low", "verdict"),
    [
        (0.0, None, "release"),
        (0.1, None, "release"),
        (0.2, None, "review"),
        (0.6, None, "reject"),
        (0.6, 0.3, "review"),
    ],
)
def test_rejection_needs_the_whole_interval(value: float, low: float | None, verdict: str) -> None:
    finding = judge("from_file", "exact_rows", Threshold(review=0.1, reject=0.5), value, "x", low, 0.9)
    assert finding.verdict == verdict


def test_no_threshold_judges_nothing() -> None:
    assert judge("by_query", "lift", LiftThreshold(), 5.0, "x").verdict is None


def test_the_worst_finding_decides() -> None:
    one = judge("from_file", "a", Threshold(review=0.0), 0.0, "fine")
    other = stated("audit", "b", "review", "doubtful")
    assert worst([one]) == "release"
    assert worst([one, other]) == "review"
    assert worst([]) == "release"
    assert one.reason == "from the file: fine (not above the limit of 0)"
