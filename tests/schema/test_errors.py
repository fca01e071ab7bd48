"""What a user reads when a column does not fit: one line, with what was given and the remedy."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest

from retrodict.errors import SchemaError
from retrodict.schema import Feature, Schema, load_schema, reconcile


def frame(**columns: Any) -> pd.DataFrame:
    return pd.DataFrame(columns)


NUMBERS = Schema((Feature("a"), Feature("b")))
LISTED = Schema((Feature("a"), Feature("b", "categorical", categories=("u", "v", "w"))))

CASES: list[tuple[Callable[[], Any], str]] = [
    (lambda: Schema(()), "a schema needs at least one feature"),
    (lambda: Schema((Feature("a"), Feature("a"))), "feature names stand twice: a"),
    (
        lambda: Feature("a", "odd"),
        "feature 'a': unknown kind 'odd'; use one of continuous, integer, ordinal, categorical, binary",
    ),
    (lambda: Feature("a", missing=1.0), "feature 'a': missing must be a share in [0, 1), got 1.0"),
    (lambda: Feature("a", low=3, high=2), "feature 'a': min 3 is above max 2"),
    (lambda: Feature("a", low=float("nan")), "feature 'a': min must be a finite number, got nan; omit it"),
    (lambda: Feature("a", "integer", 0.2, 0.8), "feature 'a': no integer lies between min 0.2 and max 0.8"),
    (
        lambda: Feature("a", categories=("x",)),
        "feature 'a': a continuous feature has no categories; use kind categorical",
    ),
    (lambda: Feature("a", "categorical"), "feature 'a': a categorical feature needs its categories; list them"),
    (
        lambda: Feature("a", "categorical", categories=("x", "x")),
        "feature 'a': the same category is listed twice in ['x', 'x']",
    ),
    (
        lambda: Feature("a", "binary", categories=("x", "y", "z")),
        "feature 'a': a binary feature has two categories, got 3; use kind categorical",
    ),
    (
        lambda: Feature("a", "binary", 0, categories=("x", "y")),
        "feature 'a': a binary feature has categories, not bounds",
    ),
    (lambda: NUMBERS["c"], "no feature 'c'; the features are a, b"),
    (lambda: NUMBERS.encode(frame(a=[1.0])), "columns are absent: b; the frame has a"),
    (lambda: NUMBERS.decode(np.zeros((2, 3))), "a matrix of 2 columns was expected, got shape (2, 3)"),
    (
        lambda: NUMBERS.encode(frame(a=[1.0], b=[np.inf])),
        "column 'b' holds infinite values; replace or drop them",
    ),
    (
        lambda: NUMBERS.encode(frame(a=[1.0], b=[2**60])),
        "column 'b' holds integers beyond 2**53, which a float cannot carry; declare it categorical or drop it",
    ),
    (
        lambda: LISTED.encode(frame(a=[1.0], b=["z"])),
        "column 'b' holds 'z', not among its categories ['u', 'v', 'w']",
    ),
    (lambda: Schema.from_frame(frame(a=[None, None])), "column 'a' holds no values; drop it"),
    (lambda: Schema.from_frame(frame(a=[1]), target="y"), "target 'y' is no column; the columns are a"),
    (
        lambda: Schema.from_frame(frame(a=pd.to_datetime(["2020-01-01"]).astype("datetime64[ns]"))),
        "column 'a' has dtype datetime64[ns], which no kind fits; turn it into numbers or categories",
    ),
    (
        lambda: Schema.from_dict({}),
        "a schema needs 'features': a mapping of names to kinds, bounds and categories",
    ),
    (
        lambda: Schema.from_dict({"features": {"a": {"mean": 3}}}),
        "feature 'a': unknown field mean; use categories, dtype, kind, max, min, missing",
    ),
    (
        lambda: reconcile(NUMBERS, Schema((Feature("a"), Feature("c")))),
        "the prior lacks b; the prior has c, which the model does not take; the model's columns are a, b",
    ),
    (
        lambda: reconcile(LISTED, NUMBERS),
        "the prior does not fit the model: 'b' is continuous in the prior but the model encodes categories "
        "['u', 'v', 'w']: list them ('categories: [...]' in a prior file, astype('category') in a sample)",
    ),
    (
        lambda: reconcile(
            Schema((Feature("b", "categorical", categories=(3, 6, 7)),)),
            Schema((Feature("b", "integer", low=3, high=7),)),
        ),
        "the prior does not fit the model: 'b' is integer in the prior but the model encodes categories "
        "[3, 6, 7]: list them ('categories: [...]' in a prior file, astype('category') in a sample)",
    ),
    (
        lambda: Feature("a", "categorical", categories=("u", None)),
        "feature 'a': a missing value is no category; leave it out and state the share as missing",
    ),
    (
        lambda: reconcile(NUMBERS, LISTED),
        "the prior does not fit the model: 'b' has categories ['u', 'v', 'w'] in the prior but the model takes numbers "
        "there",
    ),
]


@pytest.mark.parametrize(("act", "text"), CASES, ids=[text[:40] for _, text in CASES])
def test_text(act: Callable[[], Any], text: str) -> None:
    with pytest.raises(SchemaError) as caught:
        act()
    assert str(caught.value) == text


@pytest.mark.parametrize(
    "content",
    [
        "features: {a: {min: high}}",
        "features: {a: {missing: some}}",
        "features: {a: {categories: 3}}",
        "features: {a: {categories: [[1], [2]]}}",
        "features: {a: {dtype: 4}}",
        "features: {a: {kind: [1]}}",
        "features: [a, b]",
        "features: {a: {}}\ntarget: [y]",
        "features: {a: {}}\ntarget: {classes: 3}",
        "a: [",
        "\x00",
        "just words",
    ],
)
def test_schema_files_of_any_content_fail_in_one_line(tmp_path: Any, content: str) -> None:
    path = tmp_path / "schema.yaml"
    path.write_text(content)
    with pytest.raises(SchemaError) as caught:
        load_schema(path)
    assert "\n" not in str(caught.value)


def test_integers_that_are_all_categories_of_the_model_need_no_list() -> None:
    model = Schema((Feature("a", "categorical", categories=(1, 2, 3, 4), dtype="int64"),))
    prior = Schema((Feature("a", "integer", low=1, high=3),))
    assert reconcile(model, prior).features == prior.features


def test_text_of_the_model_is_categories_where_the_prior_says_so() -> None:
    model = Schema((Feature("a", "binary", categories=("u", "v"), dtype="str"),))
    for own, agreed in (("category", "category"), ("object", "str"), (None, "str")):
        prior = Schema((Feature("a", "binary", categories=("u", "v"), dtype=own),))
        assert reconcile(model, prior)["a"].dtype == agreed
