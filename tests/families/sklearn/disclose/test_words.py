"""Facts of what reads texts and records, against these."""

from __future__ import annotations

import math
from collections import Counter

import numpy as np
import pandas as pd
import pytest
from sklearn.compose import make_column_transformer
from sklearn.decomposition import LatentDirichletAllocation
from sklearn.feature_extraction import DictVectorizer
from sklearn.feature_extraction.text import CountVectorizer, TfidfTransformer, TfidfVectorizer
from sklearn.pipeline import make_pipeline

from retrodict.disclosures.columns import Column
from retrodict.disclosures.place import Place
from retrodict.disclosures.reading import facts_of
from retrodict.families.sklearn.disclose.words import document_counts
from tests.families.sklearn.disclose.checks import inspect, one

_RNG = np.random.default_rng(4)
TEXTS = [" ".join(_RNG.choice(["ash", "birch", "cedar", "elm", "fir"], 3)) for _ in range(37)] + ["yew"]
FRAME = pd.DataFrame({"tree": TEXTS})
STANDS_IN = Counter(word for text in TEXTS for word in set(text.split()))


@pytest.mark.parametrize("smooth", [True, False])
def test_words_and_the_texts_that_hold_them(smooth: bool) -> None:
    found = inspect(make_column_transformer((TfidfVectorizer(smooth_idf=smooth), "tree")).fit(FRAME))
    assert one(found, "Categories").categories == tuple(sorted(STANDS_IN))
    assert one(found, "Categories").personal is None
    fact = one(found, "CategoryCounts")
    assert fact.features == ("tree",)
    assert dict(zip(fact.categories, fact.counts, strict=True)) == STANDS_IN
    assert fact.personal is True  # one text alone has a yew
    assert one(found, "SampleSize").n == len(TEXTS)


def test_words_behind_one_another() -> None:
    step = make_pipeline(CountVectorizer(), TfidfTransformer())
    found = inspect(make_column_transformer((step, "tree")).fit(FRAME))
    fact = one(found, "CategoryCounts")
    assert fact.categories == tuple(f"countvectorizer[{word!r}]" for word in sorted(STANDS_IN))
    assert fact.counts == tuple(STANDS_IN[word] for word in sorted(STANDS_IN))


def test_words_that_were_given_are_none_of_the_data() -> None:
    step = CountVectorizer(vocabulary=["ash", "yew"])
    assert not inspect(make_column_transformer((step, "tree")).fit(FRAME)).of("Categories")


@pytest.mark.parametrize("n", [2, 12, 999, 5000])
@pytest.mark.parametrize("added", [0, 1])
def test_counts_from_logarithms_of_their_ratios(n: int, added: int) -> None:
    counts = np.append(np.random.default_rng(n).integers(1, n + 1, 30), [1, n])
    idf = np.array([1.0 + math.log((n + added) / (count + added)) for count in counts])
    found = document_counts(idf, smooth=bool(added))
    assert found is not None
    total, told = found
    factor = (n + added) / (total + added)  # the least numbers of that ratio: all may share a factor
    assert factor == int(factor)
    np.testing.assert_array_equal((told + added) * factor, counts + added)


def test_logarithms_of_no_counts_give_none() -> None:
    assert document_counts(np.array([1.0 + math.pi / 10.0, 2.0]), smooth=True) is None


def test_fields_of_records() -> None:
    step = DictVectorizer().fit([{"a": 1.0, "b": 2.0}, {"c": "x"}])
    (fact,) = facts_of(step, Place("", (Column.start("record"),)))
    assert fact.categories == ("a", "b", "c=x")  # type: ignore[union-attr]


def test_topics_give_the_sums_of_columns() -> None:
    counts = pd.DataFrame(_RNG.integers(0, 6, (30, 5)), columns=list("abcde"))
    fact = one(inspect(LatentDirichletAllocation(3, max_iter=3, random_state=0).fit(counts)), "Totals")
    np.testing.assert_allclose(dict(zip(fact.features, fact.sums, strict=True))["c"], counts["c"].sum(), rtol=1e-9)
