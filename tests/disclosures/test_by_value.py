"""A model that no family knows is walked by value: it is listed, what it holds is read, and rows in it are found."""

from __future__ import annotations

import functools
from typing import Any

import numpy as np
import pandas as pd
from sklearn.neighbors import KNeighborsClassifier
from sklearn.preprocessing import StandardScaler

import retrodict as rd
from retrodict.disclosures import PossibleRows
from retrodict.disclosures.by_value import everything
from retrodict.schema import Feature, Schema, Target
from tests.conformance.handmade import Chance

RNG = np.random.default_rng(0)
TRAIN = pd.DataFrame({"x": RNG.random(40), "z": RNG.normal(size=40).round(3)})
Y = np.where(TRAIN["x"] > 0.5, "yes", "no")
SCHEMA = Schema((Feature("x", low=0.0, high=1.0), Feature("z")), Target("y", ("no", "yes")))


def model(**parts: Any) -> Chance:
    own = Chance(SCHEMA)
    vars(own).update(parts)
    return own


def test_it_is_listed_whole_whatever_it_holds() -> None:
    (unread,) = rd.inspect_model(model()).unread
    assert (unread.path, unread.why, unread.type) == ("", "unknown", "tests.conformance.handmade.Chance")


def test_rows_in_it_are_found_where_they_are_at_hand() -> None:
    memory = {"a": [functools.partial(print, TRAIN.to_numpy()[:30])]}
    (found,) = rd.inspect_model(model(memory=memory), train=TRAIN).of(PossibleRows)
    assert (found.source, found.n, found.known_rows, found.personal) == ("memory['a'][0].args[0]", 30, 30, True)
    assert not rd.inspect_model(model(memory=memory)).of(PossibleRows)


def test_what_it_holds_of_a_family_is_read_by_that_family() -> None:
    inner = KNeighborsClassifier(3, algorithm="brute").fit(TRAIN, Y)
    found = rd.inspect_model(model(inner=[inner], scaler=StandardScaler()))
    (rows,) = found.of("Rows")
    assert rows.source == "inner[0]._fit_X"
    assert rows.rows.shape == (40, 2)
    assert rows.exact == "of what the Chance that holds it was given and made of it"
    assert [one.path for one in found.unread] == [""]  # the scaler was never fitted


def test_every_part_is_come_to_once_by_its_path() -> None:
    shared = {"deep": (np.arange(3), {1: "a"})}
    paths = [path for path, _, _ in everything(model(a=shared, b=shared))]
    assert paths.count("a") + paths.count("b") == 1
    assert "a['deep'][0]" in paths
