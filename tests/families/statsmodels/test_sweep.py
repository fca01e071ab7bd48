"""Whatever a result holds of its training rows is stated: with the data kept, after `remove_data`, and stripped."""

from __future__ import annotations

from operator import attrgetter
from typing import Any

import numpy as np
import pandas as pd
import pytest

pytest.importorskip("statsmodels")

import retrodict as rd
from retrodict.disclosures.by_value import everything, table_of
from retrodict.families.statsmodels.parts import spec_of
from tests.families.statsmodels.fits import FITS, N, fitted, table

pytestmark = pytest.mark.slow  # every model of the release

ROWS = ("Rows", "RowEntries", "PossibleRows")
_COLUMNS = ("age", "dose", "value", "cost", "weight", "share")
PLANTED = {float(value) for name in _COLUMNS for value in table()[name] if value != round(value)}
LEFT = {"OrderedModel": "_results.exog", "BetaModel": "_results.exog"}
"""What `remove_data` leaves of the rows of models without a formula."""


def with_rows(made: Any) -> dict[str, Any]:
    """Return all arrays in an object that have an entry for each row or hold numbers of the table, by their paths."""
    found = {}
    for path, part, _ in everything(made):
        one = table_of(part)
        if one is None:
            continue
        shape = one.shape if hasattr(one, "shape") else np.shape(one)
        values = pd.to_numeric(pd.Series(np.asarray(one, dtype=object).ravel()), errors="coerce").dropna()
        if N in shape[:2] or len(PLANTED & set(map(float, values))) >= 2:
            found[path] = part
    return found


def unsaid(made: Any) -> set[str]:
    """Return the paths of arrays with rows of which no fact speaks, at them or at what holds them."""
    told = {fact.source for fact in rd.inspect_model(made) if fact.kind in ROWS}
    same = {id(attrgetter(path)(made)) for path in told if "[" not in path and not path.endswith(".index")}
    held = [path for path, part in with_rows(made).items() if id(part) not in same]
    return {path for path in held if not any(path.startswith(one) for one in told)}


@pytest.mark.parametrize("name", FITS)
def test_nothing_of_the_rows_is_passed_over(name: str) -> None:
    made = fitted(name)
    assert unsaid(made) == set()
    found = rd.inspect_model(made)
    assert found.unread == ()
    own = table()[["age", "dose", "site"][: len(found.names)]]
    rows = [fact for fact in found.of("Rows") if set(fact.features) == set(found.names)]
    assert {str(fact.rows.tolist()) for fact in rows} == {str(own.astype(object).to_numpy().tolist())}
    ((n, exact),) = [(fact.n, fact.exact) for fact in found.of("SampleSize")]
    assert (n, exact) == (N, True) if name != "GLSAR" else n == N - 1 and exact is not True
    labels = [fact.entries.tolist() for fact in found.of("RowEntries") if fact.source.endswith(".index")]
    assert labels == ([] if name == "OLS of arrays" else [table().index.tolist()])


@pytest.mark.parametrize("name", FITS)
def test_what_remove_data_leaves_is_stated(name: str) -> None:
    made = fitted(name)
    try:
        made.remove_data()
    except AttributeError:  # it breaks off, and so removes a part or nothing
        assert name in {"MixedLM", "OLS penalised"}
    assert unsaid(made) == set()
    left = {fact.source for fact in rd.inspect_model(made).of("Rows")}
    if spec_of(made) is not None:  # a formula's table is needed to read the file again: all of the user's columns stay
        assert left == {"_results.model.data.frame"}
        told = {feature for fact in rd.inspect_model(made).of("Rows") for feature in fact.features}
        assert told | {made.model.endog_names} == set(table().columns)
    else:
        assert left == ({LEFT[name]} if name in LEFT else set())


@pytest.mark.parametrize("name", FITS)
def test_a_stripped_result_holds_no_row(name: str) -> None:
    found = rd.sanitize(fitted(name), rows=100)
    assert found.identical
    assert with_rows(found.model.made) == {}  # type: ignore[attr-defined]
    assert not [fact for fact in found.after if fact.kind in ROWS or fact.personal]
    assert found.after.unread == ()
    content = found.model.written()  # type: ignore[attr-defined]
    assert b"patient" not in content
    assert content == found.model.written()  # type: ignore[attr-defined]
