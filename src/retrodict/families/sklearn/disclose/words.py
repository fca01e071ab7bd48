"""Readers of text and records: the words of the training texts, and in how many of these each stands."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from jaxtyping import Float
from sklearn import decomposition
from sklearn.feature_extraction import DictVectorizer, text

from retrodict.disclosures.kinds import Categories, CategoryCounts, Disclosure, SampleSize, Totals
from retrodict.disclosures.place import Place

Array = np.ndarray

_MOST = 200_000
"""Numbers of texts that are tried: beyond, shares of counts hardly differ from shares of any others."""
_ROUNDINGS = 64.0
"""How many roundings of its logarithm a count may lie off a whole number, relative to itself."""
_CHANCE = 1e-3
"""How likely numbers that are no counts may be to look like counts for some number of texts."""


def vocabulary(step: Any, place: Place) -> Iterator[Disclosure]:
    """Yield the words, unless they were given; a rare one may be of a single text, which no count here tells."""
    words = _words(step.vocabulary_)
    if not getattr(step, "fixed_vocabulary_", False):
        source = place.at("vocabulary_")
        yield Categories(words, features=_names(place), source=source, exact=place.exact, personal=None)


def frequencies(step: text.TfidfTransformer, place: Place) -> Iterator[Disclosure]:
    """Yield in how many rows each column is not zero: in how many texts a word stands."""
    idf = getattr(step, "idf_", None) if step.use_idf else None
    if idf is None or len(idf) != len(place.columns):
        return
    words = tuple(column.label for column in place.columns)
    texts = tuple(dict.fromkeys(column.name for column in place.columns))
    names = texts if len(texts) == 1 else ()  # else each column is one of its own
    found = document_counts(np.asarray(idf), smooth=step.smooth_idf)
    if found is None:
        return
    n, counts = found
    told = place.sample or "the least numbers that its logarithms fit"
    source = place.at("idf_")
    alone = bool((counts == 1).any())
    yield CategoryCounts(words, tuple(counts.tolist()), features=names, source=source, exact=told, personal=alone)
    yield SampleSize(n, features=(), source=source, exact=told)


def document_counts(idf: Float[Array, " w"], *, smooth: bool) -> tuple[int, Array] | None:
    """Return how many texts there were, and how many hold each word, from logarithms of their ratios.

    Parameters
    ----------
    idf
        ``1 + log((n + s) / (count + s))``, with ``s`` one where `smooth`, else zero; a float array.

    Returns
    -------
    tuple or None
        The least number of texts for which all counts are whole; ``None`` where none up to 200,000 is, or where the
        logarithms are so rough that chance may have found it.
    """
    slack = _ROUNDINGS * float(np.finfo(idf.dtype).eps)
    share = np.exp(1.0 - np.unique(idf).astype(np.float64))
    added = 1 if smooth else 0
    totals = np.arange(1 + added, _MOST + 1 + added, dtype=np.float64)
    for value in share:
        counts = totals * value
        totals = totals[(np.abs(counts - np.rint(counts)) <= slack * counts) & (np.rint(counts) >= added)]
    if not len(totals) or totals[0] * np.prod(np.minimum(2.0 * slack * totals[0] * share, 1.0)) > _CHANCE:
        return None
    counts = np.rint(totals[0] * np.exp(1.0 - idf.astype(np.float64))).astype(np.int64) - added
    return int(totals[0]) - added, counts


def topics(step: decomposition.LatentDirichletAllocation, place: Place) -> Iterator[Disclosure]:
    """Yield the sum of each column over all rows: topics share it out, and only their prior is added."""
    if step.learning_method == "batch":
        sums = step.components_.sum(axis=0) - len(step.components_) * step.topic_word_prior_
        yield Totals(
            tuple(sums.tolist()),
            features=tuple(column.label for column in place.columns),
            source=place.at("components_"),
            exact=place.sample or "if it was fitted on all rows at once",
        )


def _words(listed: Any) -> tuple[Any, ...]:
    return tuple(sorted(listed, key=listed.get))


def _names(place: Place) -> tuple[str, ...]:
    return (place.columns[0].name,) if len(place.columns) == 1 else ()


READERS = {
    text.CountVectorizer: vocabulary,
    text.TfidfVectorizer: vocabulary,
    text.TfidfTransformer: frequencies,
    DictVectorizer: vocabulary,
    decomposition.LatentDirichletAllocation: topics,
}
