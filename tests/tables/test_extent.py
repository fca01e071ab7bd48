"""Small files that would become more than memory holds."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from retrodict.errors import RequestError
from retrodict.schema import Schema
from retrodict.tables import extent
from retrodict.tables.files import read_rows


@pytest.fixture
def schema() -> Schema:
    return Schema.from_frame(pd.DataFrame({"a": [0.0, 1.0], "y": [0, 1]}), target="y")


def test_a_csv_of_far_more_columns_than_the_model_has(
    tmp_path: Path, schema: Schema, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(extent, "_WIDTH", 30)
    wide = tmp_path / "wide.csv"
    wide.write_text(",".join(f"c{i}" for i in range(40)) + "\n" + ",".join("1" * 40) + "\n")
    with pytest.raises(RequestError, match="has 40 columns, and at most 30 are read for a model of 1"):
        read_rows(wide, "training rows", schema)


def test_a_parquet_file_of_a_few_bytes_and_many_rows(
    tmp_path: Path, schema: Schema, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(extent, "_PLAIN_BYTES", 2**22)
    one = pa.chunked_array([pa.array(np.zeros(2**20))] * 10)
    pq.write_table(pa.table({"a": one}), tmp_path / "bomb.parquet", compression="zstd")
    with pytest.raises(RequestError, match="made to do harm"):
        read_rows(tmp_path / "bomb.parquet", "training rows", schema)


def test_tables_that_are_packed_well_are_read(tmp_path: Path, schema: Schema) -> None:
    pd.DataFrame({"a": np.zeros(100_000), "y": 0}).to_parquet(tmp_path / "plain.parquet")
    assert read_rows(tmp_path / "plain.parquet", "training rows", schema).shape == (100_000, 2)
