"""A text that is damaged or made to do harm is refused in one line, before the library sees it."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path

import lightgbm
import pytest

import retrodict as rd
from retrodict.disclosures import TrainingSettings
from retrodict.errors import ModelError, RetrodictError
from retrodict.families.lightgbm.open import check_content, recognises
from retrodict.models.family import Source
from tests.families.lightgbm.fixtures import FIXTURES
from tests.families.lightgbm.make_files import FILES

TEXT = FIXTURES["binary, 4.5.0"].path.read_text()
CLASSES = FIXTURES["classes, 4.5.0"].path.read_text()
LINEAR = FIXTURES["linear, 4.5.0"].path.read_text()
WITH_SETS = """tree
version=v4
num_class=1
num_tree_per_iteration=1
label_index=0
max_feature_idx=0
objective=binary sigmoid:1
feature_names=a
feature_infos=0:1:2

Tree=0
num_leaves=2
num_cat=1
split_feature=0
threshold=0
decision_type=1
left_child=-1
right_child=-2
leaf_value=1 -1
cat_boundaries=0 1
cat_threshold=5
is_linear=0
shrinkage=1


end of trees
"""


def unsized(text: str) -> str:
    """Return a text without its sizes, which would tell of any change."""
    return re.sub(r"tree_sizes=.*\n", "", text)


def put(name: str, value: str, text: str = TEXT) -> str:
    """Return a text with another value of a field in its first tree, or in its header."""
    made, count = re.subn(rf"^{name}=.*$", f"{name}={value}", unsized(text), count=1, flags=re.MULTILINE)
    assert count == 1, name
    return made


def changed(name: str, change: Callable[[list[str]], list[str]], text: str = TEXT) -> str:
    """Return a text with other values in a field of its first tree."""
    found = re.search(rf"^{name}=(.*)$", text, flags=re.MULTILINE)
    assert found is not None
    return put(name, " ".join(change(found[1].split(" "))), text)


HOSTILE = {
    "a child that is itself": changed("left_child", lambda v: ["0", *v[1:]]),
    "a child that is no node": changed("left_child", lambda v: ["1000000", *v[1:]]),
    "a leaf that is none": changed("right_child", lambda v: [*v[:-1], "-99"]),
    "a leaf with two parents": changed("right_child", lambda v: [*v[:-1], v[-2]]),
    "fewer children": changed("left_child", lambda v: v[1:]),
    "a column that is none": changed("split_feature", lambda v: ["4", *v[1:]]),
    "a negative column": changed("split_feature", lambda v: ["-1", *v[1:]]),
    "a column of the 32nd bit": changed("split_feature", lambda v: ["4294967297", *v[1:]]),
    "leaves beyond what is there": put("num_leaves", "2000000000"),
    "no leaves": put("num_leaves", "0"),
    "leaves below zero": put("num_leaves", "-5"),
    "sets that are not there": put("num_cat", "100000000"),
    "a split by a set that is not there": changed("decision_type", lambda v: ["1", *v[1:]]),
    "a missing type that is none": changed("decision_type", lambda v: ["14", *v[1:]]),
    "a set beyond its words": WITH_SETS.replace("cat_boundaries=0 1", "cat_boundaries=0 1000"),
    "a set that runs back": WITH_SETS.replace("cat_boundaries=0 1", "cat_boundaries=1 0"),
    "a set of a number between": WITH_SETS.replace("threshold=0\n", "threshold=0.5\n", 1),
    "another set than there is": WITH_SETS.replace("threshold=0\n", "threshold=1\n", 1),
    "an infinite set": WITH_SETS.replace("threshold=0\n", "threshold=inf\n", 1),
    "a leaf that is no number": changed("leaf_value", lambda v: ["nan", *v[1:]]),
    "a leaf without bound": changed("leaf_value", lambda v: ["1e308", *v[1:]]),
    "a word for a number": changed("leaf_value", lambda v: ["12monkeys", *v[1:]]),
    "numbers that run together": changed("leaf_value", lambda v: ["1-2", "", *v[2:]]),
    "a count below zero": changed("leaf_count", lambda v: ["-1", *v[1:]]),
    "a threshold that is no number": changed("threshold", lambda v: ["nan", *v[1:]]),
    "a hexadecimal number": changed("threshold", lambda v: ["0x10", *v[1:]]),
    "an inner weight that is no number": changed("internal_weight", lambda v: ["0x1", *v[1:]]),
    "an inner value that is no number": changed("internal_value", lambda v: ["hello", *v[1:]]),
    "a gain that is no number": changed("split_gain", lambda v: ["--1", *v[1:]]),
    "a linear leaf on no column": changed("leaf_features", lambda v: ["77", *v[1:]], LINEAR),
    "more terms than there are": changed("num_features", lambda v: ["3", *v[1:]], LINEAR),
    "columns beyond what is named": put("max_feature_idx", "1000000000"),
    "another number of columns": put("max_feature_idx", "4"),
    "two columns of one name": put("feature_names", "age age site ward"),
    "no names": unsized(TEXT).replace("feature_names=", "other="),
    "classes that are not there": put("num_class", "1000000", CLASSES),
    "more scores than classes": put("objective", "multiclass num_class:2000000000", CLASSES),
    "fewer scores than classes": put("num_tree_per_iteration", "1", CLASSES),
    "no scores": put("num_tree_per_iteration", "0"),
    "an objective that is none": put("objective", "world domination"),
    "a sigmoid below zero": put("objective", "binary sigmoid:-1"),
    "a sigmoid that is no number": put("objective", "binary sigmoid:nan"),
    "sizes that lie": re.sub(r"tree_sizes=\d+", "tree_sizes=99999999", TEXT),
    "fewer sizes than trees": re.sub(r"tree_sizes=\d+ ", "tree_sizes=", TEXT),
    "a size below zero": re.sub(r"tree_sizes=\d+", "tree_sizes=-1", TEXT),
    "no trees": TEXT[: TEXT.index("Tree=0")],
    "a tree that ends early": TEXT[: TEXT.index("leaf_value", 1500)],
    "lines twice": unsized(TEXT).replace("num_cat=0", "num_cat=0\nnum_leaves=3", 1),
    "a line that is no field": unsized(TEXT).replace("num_cat=0", "num_cat=0\nhello", 1),
    "trees out of order": unsized(TEXT).replace("Tree=1", "Tree=7"),
    "categories that nest": TEXT.replace("pandas_categorical:", "pandas_categorical:" + "[" * 100_000),
    "categories that are no lists": re.sub("pandas_categorical:.*", 'pandas_categorical:{"a": 1}', TEXT),
    "a category that is no number": re.sub("pandas_categorical:.*", "pandas_categorical:[[NaN]]", TEXT),
    "a zero byte": TEXT.replace("label_index", "label\0index"),
    "a number of a million digits": put("num_leaves", "9" * 1_000_000),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_texts(name: str, tmp_path: Path) -> None:
    path = tmp_path / "model.txt"
    path.write_text(HOSTILE[name])
    with pytest.raises(ModelError) as error:
        rd.load_model(path)
    assert "\n" not in str(error.value)
    assert len(str(error.value)) < 500
    with pytest.raises(ModelError):
        check_content(path.read_bytes())


def test_what_is_not_known_is_listed(tmp_path: Path) -> None:
    text = unsized(TEXT).replace("version=v4", "version=v4\nsecret=4 8 15", 1)
    text = text.replace("num_cat=0", "num_cat=0\nrow_numbers=1 2 3", 1).replace(
        "[alpha: 0.9]", "alpha 0.9\n[alpha: 0.9]"
    )
    (tmp_path / "model.txt").write_text(text + "more: 1\n")
    unread = {one.path for one in rd.inspect_model(tmp_path / "model.txt").unread}
    assert unread == {"header line 'secret'", "tree field 'row_numbers'", "line 'alpha 0.9'", "line 'more: 1'"}
    bare = rd.sanitize(tmp_path / "model.txt", rows=200).save(tmp_path / "bare.txt")
    assert "secret" not in bare.read_text()
    assert rd.inspect_model(bare).unread == ()


def test_parameters_that_would_end_the_library_are_kept_from_it(tmp_path: Path) -> None:
    text = TEXT.replace("[learning_rate: 0.1]", "[learning_rate: 0x1]").replace("[data: ]", '[data: "\\u12]')
    (tmp_path / "model.txt").write_text(text)
    unread = {one.path for one in rd.inspect_model(tmp_path / "model.txt").unread}
    assert unread == {"parameter 'learning_rate'", "parameter 'data'"}


def test_nothing_is_printed_of_what_a_newer_release_writes(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "model.txt").write_text(TEXT.replace("[learning_rate", "[brand_new: 1]\n[learning_rate"))
    found = rd.sanitize(tmp_path / "model.txt", rows=200)
    settings = [fact.settings for fact in found.before.of(TrainingSettings) if fact.source == "parameters"]
    assert settings[0]["brand_new"] == 1
    assert capfd.readouterr() == ("", "")


def test_other_line_ends_and_no_sizes(tmp_path: Path) -> None:
    for made in (TEXT.replace("\n", "\r\n"), unsized(TEXT), WITH_SETS):
        (tmp_path / "model.txt").write_bytes(made.encode())
        told = rd.load_model(tmp_path / "model.txt")
        if made is not WITH_SETS:
            assert FIXTURES["binary, 4.5.0"].same(told)


def test_a_dump_in_json_is_told_from_a_model(tmp_path: Path) -> None:
    booster = lightgbm.Booster(model_file=FILES / "binary-4.5.0.txt")
    (tmp_path / "model.json").write_text(json.dumps(booster.dump_model()))
    with pytest.raises(ModelError, match="save_model"):
        rd.load_model(tmp_path / "model.json")


def test_files_are_told_by_their_bytes(tmp_path: Path) -> None:
    assert recognises(Source(tmp_path, TEXT.encode()))
    assert not recognises(Source(tmp_path, b"tree\nbirch\n"))
    assert not recognises(Source(tmp_path, b'{"learner": {}}'))
    check_content(TEXT.encode())


def test_a_pickle_is_refused_until_it_is_trusted(tmp_path: Path) -> None:
    import pickle

    path = tmp_path / "model.pkl"
    path.write_bytes(pickle.dumps(lightgbm.Booster(model_file=FILES / "binary-4.5.0.txt")))
    with pytest.raises(RetrodictError, match="pickle"):
        rd.load_model(path)
    assert FIXTURES["binary, 4.5.0"].same(rd.load_model(path, trust_pickle=True))
