"""Candidate values against the hashes of CatBoost: the hash itself, and guesses checked from Python and the command."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

pytest.importorskip("catboost")

import catboost

import retrodict as rd
from retrodict.disclosures.candidates import BY_HASH
from retrodict.families.catboost.category_hash import combined, hash_of, stand_in, uncombined
from retrodict.families.catboost.native import content_of
from tests.cli.conftest import Outcome, cli  # noqa: F401  a fixture
from tests.families.catboost.fits import SETTINGS, fitted, planted

Cli = Callable[..., Outcome]
LENGTHS = (*range(1, 70), 100, 127, 128, 129, 200)


def test_the_hash_is_the_library_s() -> None:
    texts = ["".join(chr(33 + (7 * n + 13 * i) % 90) for i in range(n)) for n in LENGTHS] + [
        "Zürich",
        "東京",
        "7",
        "-3",
    ]
    train = pd.DataFrame({"text": np.repeat(texts, 4), "target": np.tile(["a", "b", "b", "a"], len(texts))})
    made = catboost.CatBoostClassifier(**SETTINGS, cat_features=["text"], simple_ctr="Buckets")
    made.fit(train[["text"]], np.random.default_rng(0).permutation(train["target"]))
    (table,) = content_of(made).ctr_tables or ()
    assert table.category_hashes() is not None
    assert {*(table.category_hashes() or ())} == {hash_of(text) for text in texts}


def test_the_way_back() -> None:
    for hashed in (0, 1, 2**31, 2**32 - 1, hash_of("north")):
        assert uncombined(combined(0, hashed)) == hashed
        assert hash_of(stand_in(hashed)) == hashed
    assert uncombined(combined(combined(0, 5), 7)) is None  # of two columns
    assert uncombined(combined(combined(0, 5), 7), combined(0, 5)) == 7


def test_guesses() -> None:
    train = planted()
    made = fitted(train, listed=("site", "code"), iterations=40)
    found = rd.inspect_model(made, candidates={"site": ["north", "east", "west"], "code": range(5000)})
    told = {one.features[0]: one.categories for one in found.of("Categories")}
    assert told == {"site": ("north", "west"), "code": (1, 20, 300, 4000)}
    counts = {
        (one.features[0], one.within): dict(zip(one.categories, one.counts, strict=True))
        for one in found.of("CategoryCounts")
        if one.exact == BY_HASH  # beside what the file counts under the names of its hashes
    }
    for name in ("site", "code"):
        for category, n in counts[(name, None)].items():
            mine = train[train[name] == category]
            assert n == len(mine)
            assert counts[(name, "yes")][category] == (mine["target"] == "yes").sum()


@pytest.mark.slow
def test_guesses_from_a_file(cli: Cli, tmp_path: Path) -> None:  # noqa: F811
    fitted(planted(), listed=("site", "code"), iterations=40).save_model(tmp_path / "m.cbm")
    (tmp_path / "guesses.csv").write_text("site,code\nnorth,1\neast,2\n,20\n")
    (tmp_path / "guesses.json").write_text(json.dumps({"site": ["north", "east"], "code": [1, 2, 20]}))
    told = []
    for name in ("guesses.csv", "guesses.json"):
        printed = cli("inspect", tmp_path / "m.cbm", "--candidates", tmp_path / name, "--json").json["disclosures"]
        told.append(
            {
                fact["features"][0]: [str(one) for one in fact["categories"]]
                for fact in printed
                if fact["kind"] == "Categories"
            }
        )
    assert told[0] == told[1] == {"site": ["north"], "code": ["1", "20"]}
    for text in ("", '{"site": 3}', '{"site"', "site,site\na,b\n", "town\nx\n"):
        (tmp_path / "bad").write_text(text)
        outcome = cli("inspect", tmp_path / "m.cbm", "--candidates", tmp_path / "bad")
        assert outcome.code == 2
        assert outcome.err.count("\n") == 1
    assert cli("inspect", tmp_path / "m.cbm", "--candidates", tmp_path / "none").code == 2
