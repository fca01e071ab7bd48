"""Read and write cbm files: a magic word, a flatbuffer of all trees and columns, then the tables of statistics."""

from __future__ import annotations

import struct
from collections.abc import Iterator

import numpy as np

from retrodict.families.catboost import flat_writer as flat
from retrodict.families.catboost.content import (
    CTR_KINDS,
    TREATMENTS,
    Category,
    Combination,
    Content,
    Ctr,
    CtrBase,
    CtrTable,
    Number,
    OneHot,
    Trees,
)
from retrodict.families.catboost.flat_reader import DamagedError, Flat, FlatTable
from retrodict.families.catboost.flat_writer import Field, flat_buffer
from retrodict.families.catboost.flat_writer import Number as Scalar

Array = np.ndarray

MAGIC = b"CBM1"
FORMAT = "FlabuffersModel_v1"
"""Spelt as CatBoost spells it."""
CTR_PART = "static_provider_v1"
_BUCKET = np.dtype([("hash", "<u8"), ("row", "<u4")])
"""A place of a hash table, 12 bytes."""
_SPLIT, _VALUE = np.dtype([("of", "<i4"), ("at", "<f4")]), np.dtype([("of", "<i4"), ("is", "<i4")])


def read_cbm(content: bytes) -> Content:
    """Return what a cbm file holds; its parts are not yet checked against one another.

    Raises
    ------
    DamagedError
        If it is cut short, or has what is not known here.
    """
    if not content.startswith(MAGIC):
        raise DamagedError("no cbm file's first bytes")
    core, rest = _sized(memoryview(content)[4:])
    root = Flat(core).root()
    _known(root, 4)
    if root.text(0) != FORMAT:
        raise DamagedError("another format of flatbuffers than is known here")
    trees = root.table(1)
    if trees is None:
        raise DamagedError("no trees")
    _known(trees, 19)
    if trees.tables(12) or trees.tables(13) or trees.tables(18):
        raise DamagedError("columns of text or of embeddings, which are not read here")
    parts, tables = root.texts(3), None
    for part in parts:
        if part != CTR_PART or tables is not None:
            raise DamagedError(f"a part of another kind, {part[:40]!r}, which is not read here")
        tables, rest = _ctr_tables(rest)
    if len(rest):
        raise DamagedError("more bytes than its parts")
    dimension = int(trees.number(0, "<i", 0))
    bias = trees.vector(16, "<f8").tolist() or [float(trees.number(15, "<d", 0.0))] * max(0, min(dimension, 1 << 16))
    bases: dict[int, CtrBase] = {}
    return Content(
        dimension,
        Trees(
            trees.vector(1, "<i4"),
            trees.vector(2, "<i4"),
            trees.vector(3, "<i4"),
            trees.vector(8, "<f8"),
            trees.vector(9, "<f8"),
            trees.vector(10, "<u4").view("<u2").reshape(-1, 2),
            trees.vector(11, "<u4"),
        ),
        tuple(_number(one) for one in trees.tables(5)),
        tuple(_category(one) for one in trees.tables(4)),
        tuple(_one_hot(one) for one in trees.tables(6)),
        tuple(_ctr(one, bases) for one in trees.tables(7)),
        float(trees.number(14, "<d", 1.0)),
        tuple(bias),
        _info(root),
        tables,
    )


def _info(root: FlatTable) -> dict[str, str]:
    found = {}
    for one in root.tables(2):
        _known(one, 2)
        key, value = one.text(0), one.text(1)
        if key is None or value is None:
            raise DamagedError("a text without a name, or a name without a text")
        found[key] = value
    return found


def _known(table: FlatTable, fields: int) -> None:
    if table.beyond(fields):
        raise DamagedError("a part that a newer release of CatBoost wrote, which is not known here")


def _sized(content: memoryview) -> tuple[memoryview, memoryview]:
    """Return a part that begins with its size, and what follows it."""
    if len(content) < 4:
        raise DamagedError("an end before its last part")
    (size,) = struct.unpack_from("<I", content)
    if size > len(content) - 4:
        raise DamagedError("an end before its last part")
    return content[4 : 4 + size], content[4 + size :]


def _named(kinds: tuple[str, ...], code: int) -> str:
    if not 0 <= code < len(kinds):
        raise DamagedError("a kind of column that is not known here")
    return kinds[code]


def _number(one: FlatTable) -> Number:
    _known(one, 6)
    return Number(
        int(one.number(1, "<i", -1)),
        int(one.number(2, "<i", -1)),
        one.text(4) or "",
        one.vector(3, "<f4"),
        bool(one.number(0, "<B", 0)),
        _named(TREATMENTS, int(one.number(5, "<b", 0))),
    )


def _category(one: FlatTable) -> Category:
    _known(one, 4)
    used = bool(one.number(3, "<B", 1))
    return Category(int(one.number(0, "<i", -1)), int(one.number(1, "<i", -1)), one.text(2) or "", used)


def _one_hot(one: FlatTable) -> OneHot:
    _known(one, 3)
    return OneHot(int(one.number(0, "<i", -1)), one.vector(1, "<i4"), one.texts(2))


def _ctr(one: FlatTable, bases: dict[int, CtrBase]) -> Ctr:
    _known(one, 2)
    ctr = one.table(0)
    inner = None if ctr is None else ctr.table(0)
    if ctr is None or inner is None:
        raise DamagedError("a statistic that does not say of what it is")
    _known(ctr, 6)
    if inner.at not in bases:  # columns share them
        bases[inner.at] = _base(inner)
    return Ctr(
        bases[inner.at],
        int(ctr.number(1, "<i", 0)),
        (float(ctr.number(2, "<f", 0.0)), float(ctr.number(3, "<f", 1.0))),
        float(ctr.number(4, "<f", 0.0)),
        float(ctr.number(5, "<f", 1.0)),
        one.vector(1, "<f4"),
    )


def _base(one: FlatTable) -> CtrBase:
    _known(one, 3)
    of = one.table(0)
    if of is None:
        raise DamagedError("a statistic that does not say of what it is")
    _known(of, 3)
    splits, values = of.vector(1, _SPLIT), of.vector(2, _VALUE)
    combination = Combination(tuple(of.vector(0, "<i4").tolist()), tuple(splits.tolist()), tuple(values.tolist()))
    return CtrBase(combination, _named(CTR_KINDS, int(one.number(1, "<b", 0))), int(one.number(2, "<i", 0)))


def _ctr_tables(rest: memoryview) -> tuple[tuple[CtrTable, ...], memoryview]:
    if len(rest) < 4:
        raise DamagedError("an end before its last part")
    (count,), rest = struct.unpack_from("<I", rest), rest[4:]
    if count > len(rest) // 4:
        raise DamagedError("more tables than bytes")
    found = []
    for _ in range(count):
        own, rest = _sized(rest)
        table = Flat(own).root()
        _known(table, 5)
        base = table.table(0)
        if base is None:
            raise DamagedError("a statistic that does not say of what it is")
        raw = table.vector(1, "<u1")
        if len(raw) % _BUCKET.itemsize:
            raise DamagedError("a hash table that is not whole")
        places = raw.view(_BUCKET)
        found.append(
            CtrTable(
                _base(base),
                np.ascontiguousarray(places["hash"]),
                np.ascontiguousarray(places["row"]),
                table.vector(2, "<u1").tobytes(),
                int(table.number(3, "<i", 0)),
                int(table.number(4, "<i", 0)),
            )
        )
    return tuple(found), rest


def write_cbm(content: Content) -> bytes:
    """Return a cbm file; the same content gives the same bytes."""
    trees = content.trees
    core: dict[int, Field] = {
        0: Scalar("<i", content.dimension),
        1: trees.splits.astype("<i4", copy=False),
        2: trees.sizes.astype("<i4", copy=False),
        3: trees.starts.astype("<i4", copy=False),
        4: [
            {0: Scalar("<i", one.index), 1: Scalar("<i", one.flat), 2: one.name, 3: Scalar("<B", one.used)}
            for one in content.categories
        ],
        5: [
            {
                0: Scalar("<B", one.has_nans),
                1: Scalar("<i", one.index),
                2: Scalar("<i", one.flat),
                3: one.borders.astype("<f4", copy=False),
                4: one.name,
                5: Scalar("<b", TREATMENTS.index(one.treatment)),
            }
            for one in content.numbers
        ],
        6: [
            {0: Scalar("<i", one.category), 1: one.values.astype("<i4", copy=False), 2: list(one.texts)}
            for one in content.one_hots
        ],
        7: [_ctr_fields(one) for one in content.ctrs],
        8: trees.values.astype("<f8", copy=False),
        9: trees.weights.astype("<f8", copy=False),
        10: trees.steps.astype("<u2", copy=False),
        11: trees.leaf_of.astype("<u4", copy=False),
        14: Scalar("<d", content.scale),
        16: np.array(content.bias, "<f8"),
    }
    root: dict[int, Field] = {0: FORMAT, 1: core, 2: [{0: key, 1: text} for key, text in sorted(content.info.items())]}
    if content.ctr_tables is not None:
        root[3] = [CTR_PART]
    return b"".join([MAGIC, *_parts(content, root)])


def _parts(content: Content, root: dict[int, Field]) -> Iterator[bytes | bytearray]:
    own = flat_buffer(root)
    yield struct.pack("<I", len(own))
    yield own
    if content.ctr_tables is not None:
        yield struct.pack("<I", len(content.ctr_tables))
        for table in content.ctr_tables:
            places = np.empty(len(table.hashes), _BUCKET)
            places["hash"], places["row"] = table.hashes, table.rows
            own = flat_buffer(
                {
                    0: _base_fields(table.base),
                    1: places.tobytes(),
                    2: table.blob,
                    3: Scalar("<i", table.denominator),
                    4: Scalar("<i", table.classes),
                }
            )
            yield struct.pack("<I", len(own))
            yield own


def _ctr_fields(one: Ctr) -> dict[int, flat.Field]:
    ctr: dict[int, Field] = {
        0: _base_fields(one.base),
        1: Scalar("<i", one.target_border),
        2: Scalar("<f", one.prior[0]),
        3: Scalar("<f", one.prior[1]),
        4: Scalar("<f", one.shift),
        5: Scalar("<f", one.scale),
    }
    return {0: ctr, 1: one.borders.astype("<f4", copy=False)}


def _base_fields(base: CtrBase) -> dict[int, Field]:
    of: dict[int, Field] = {
        0: np.array(base.of.categories, "<i4"),
        1: np.array(list(base.of.number_splits), _SPLIT),
        2: np.array(list(base.of.category_splits), _VALUE),
    }
    return {0: of, 1: Scalar("<b", CTR_KINDS.index(base.kind)), 2: Scalar("<i", base.classifier)}
