"""Read CatBoost's json files."""

from __future__ import annotations

import json
from typing import Any

import numpy as np

from retrodict.families.catboost.content import (
    CTR_KINDS,
    FREQUENCIES,
    MEANS,
    NO_HASH,
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
from retrodict.families.catboost.flat_reader import DamagedError
from retrodict.families.catboost.hash_table import hash_table
from retrodict.families.catboost.plain_json import json_of, member, numbers, whole

Array = np.ndarray

_INT = 2**31 - 1
_FLOAT = float(np.finfo(np.float32).max)
_PARTS = {"oblivious_trees", "trees", "features_info", "model_info", "scale_and_bias", "ctr_data"}
_COLUMNS = {"float_features", "categorical_features", "ctrs", "cat_features_hash"}
_REFUSED = {"text_features", "embedding_features", "estimated_features"}


def read_json(content: bytes) -> tuple[Content, tuple[str, ...]]:
    """Return what a json file holds, and the names of parts that are not known here.

    Raises
    ------
    DamagedError
        If it is damaged.
    """
    data = json_of(content, "the file")
    info = member(data, "features_info", dict)
    if _REFUSED & info.keys():
        raise DamagedError("columns of text or of embeddings, which are not read here")
    unknown = [*sorted(data.keys() - _PARTS), *(f"features_info.{one}" for one in sorted(info.keys() - _COLUMNS))]
    symmetric = member(data, "oblivious_trees", list, None)
    if (symmetric is None) == ("trees" not in data):
        raise DamagedError("no trees, or trees of two kinds")
    dimension, trees = _nested(member(data, "trees", list)) if symmetric is None else _symmetric(symmetric)
    categories = _listed(info, "categorical_features")
    scale, bias = _scale(data, dimension)
    ctrs = tuple(_ctr(one) for one in _listed(info, "ctrs"))
    tables = member(data, "ctr_data", (dict, type(None)), None)
    model_info = member(data, "model_info", dict, {})
    clear = dict(map(_name, _listed(info, "cat_features_hash")))
    found = Content(
        dimension,
        trees,
        tuple(_number(one) for one in _listed(info, "float_features")),
        tuple(Category(*_position(one)) for one in categories),
        tuple(_one_hot(one) for one in categories if "values" in one),
        ctrs,
        scale,
        bias,
        {key: one if isinstance(one, str) else json.dumps(one) for key, one in model_info.items()},
        tuple(_table(key, one) for key, one in tables.items()) if tables else () if ctrs else None,
        clear,
    )
    return found, tuple(unknown)


def _listed(data: dict[str, Any], name: str) -> list[Any]:
    found = member(data, name, (list, type(None)), None) or []
    if any(not isinstance(one, dict) for one in found):
        raise DamagedError(f"no object in '{name}'")
    return list(found)


def _int(data: Any, name: str) -> int:
    return whole([member(data, name, int)], -_INT - 1, _INT, f"'{name}'")[0]


def _float(data: Any, name: str) -> float:
    found = float(member(data, name, (int, float)))
    if abs(found) > _FLOAT:
        raise DamagedError(f"too large a number as '{name}'")
    return found


def _borders(data: Any) -> Array:
    found = np.array(numbers(member(data, "borders", (list, type(None)), None) or [], "borders"), np.float64)
    if len(found) and np.abs(found).max() > _FLOAT:
        raise DamagedError("borders that are no 32-bit numbers")
    return found.astype(np.float32)


def _position(one: Any) -> tuple[int, int, str]:
    return _int(one, "feature_index"), _int(one, "flat_feature_index"), member(one, "feature_id", str, "")


def _number(one: Any) -> Number:
    treatment = member(one, "nan_value_treatment", str)
    if treatment not in TREATMENTS:
        raise DamagedError("a treatment of missing values that is not known here")
    return Number(*_position(one), _borders(one), member(one, "has_nans", bool), treatment)


def _one_hot(one: Any) -> OneHot:
    texts = member(one, "string_values", (list, type(None)), None) or []
    if any(not isinstance(text, str) for text in texts):
        raise DamagedError("a category that is no text")
    values = whole(member(one, "values", list), -_INT - 1, _INT, "hashes of categories")
    return OneHot(_int(one, "feature_index"), np.array(values, np.int32), tuple(texts))


def _name(one: Any) -> tuple[int, str]:
    return whole([member(one, "hash", int)], 0, 2**32 - 1, "a hash")[0], member(one, "value", str)


def _combination(data: Any) -> Combination:
    categories, number_splits, category_splits = [], [], []
    if not isinstance(data, list):
        raise DamagedError("a statistic that does not say of what it is")
    for one in data:
        kind = member(one, "combination_element", str)
        if kind == "cat_feature_value":
            categories.append(_int(one, "cat_feature_index"))
        elif kind == "float_feature":
            number_splits.append((_int(one, "float_feature_index"), float(np.float32(_float(one, "border")))))
        elif kind == "cat_feature_exact_value":
            category_splits.append((_int(one, "cat_feature_index"), _int(one, "value")))
        else:
            raise DamagedError("a statistic of what is not known here")
    return Combination(tuple(categories), tuple(number_splits), tuple(category_splits))


def _kind(one: Any, name: str) -> str:
    kind = member(one, name, str)
    if kind not in CTR_KINDS:
        raise DamagedError("a kind of statistic that is not known here")
    return str(kind)


def _ctr(one: Any) -> Ctr:
    return Ctr(
        CtrBase(_combination(member(one, "elements", list)), _kind(one, "ctr_type")),
        _int(one, "target_border_idx"),
        (_float(one, "prior_numerator"), _float(one, "prior_denomerator")),  # spelt as CatBoost spells it
        _float(one, "shift"),
        _float(one, "scale"),
        _borders(one),
    )


def _table(key: str, one: Any) -> CtrTable:
    """Return statistics, whose rows are a hash (as a text) and its numbers, one row after the other."""
    told = json_of(key, "a name of statistics")
    base = CtrBase(_combination(member(told, "identifier", list)), _kind(told, "type"))
    stride, flat = _int(one, "hash_stride"), member(one, "hash_map", list)
    fixed = 3 if base.kind in MEANS else 2 if base.kind in FREQUENCIES else stride
    if stride < 2 or stride != fixed or len(flat) % stride:
        raise DamagedError("statistics whose rows are not whole")
    texts = flat[::stride]
    if any(not isinstance(text, str) or not text.isdecimal() or len(text) > 20 for text in texts):
        raise DamagedError("a hash that is no number")
    hashes = [int(text) for text in texts]
    counts = whole((x for i, x in enumerate(flat) if i % stride), -_INT - 1, _INT, "counts")
    rows = np.array(counts, "<i4").reshape(-1, stride - 1)
    real = [i for i, hashed in enumerate(hashes) if hashed < NO_HASH]  # CatBoost writes an empty place along with them
    rows = rows[real]
    blob = _sums(rows) if base.kind in MEANS else rows.tobytes()
    places, numbers_of = hash_table([hashes[i] for i in real])
    denominator = member(one, "counter_denominator", int, 0)
    classes = 0 if base.kind in MEANS + FREQUENCIES else stride - 1
    return CtrTable(base, places, numbers_of, blob, whole([denominator], 0, _INT, "a count")[0], classes)


def _sums(rows: Array) -> bytes:
    out = rows.copy()
    out[:, 0] = rows[:, 0].astype("<f4").view("<i4")
    return out.tobytes()


def _scale(data: Any, dimension: int) -> tuple[float, tuple[float, ...]]:
    found = member(data, "scale_and_bias", list, [1.0, []])
    if len(found) != 2 or type(found[0]) not in (int, float):
        raise DamagedError("no scale and bias")
    told = found[1] if isinstance(found[1], list) else [found[1]]  # older releases write one number
    return float(found[0]), tuple(float(one) for one in numbers(told, "the bias")) or (0.0,) * dimension


def _symmetric(data: list[Any]) -> tuple[int, Trees]:
    values: list[Array] = []
    weights: list[Array] = []
    splits: list[int] = []
    sizes = []
    for one in data:
        levels = member(one, "splits", (list, type(None)), None) or []
        sizes.append(len(levels))
        splits += [_int(level, "split_index") for level in levels]
        values.append(np.array(numbers(member(one, "leaf_values", list), "leaf values"), np.float64))
        weights.append(np.array(numbers(member(one, "leaf_weights", list, []), "leaf weights"), np.float64))
    leaves = 2.0 ** sizes[0] if sizes else 1.0
    dimension = int(len(values[0]) // leaves) if values else 1
    return dimension, Trees(
        np.array(splits, np.int32), *_ends(sizes), *(np.concatenate([np.empty(0), *side]) for side in (values, weights))
    )


def _ends(sizes: list[int]) -> tuple[Array, Array]:
    own = np.array(sizes, np.int32)
    return own, (np.cumsum(own, dtype=np.int64) - own).astype(np.int32)


def _nested(data: list[Any]) -> tuple[int, Trees]:
    """Return trees whose nodes stand within one another, in the order in which a walk to the left comes to them."""
    splits: list[int] = []
    steps: list[list[int]] = []
    leaf_of: list[int] = []
    values: list[float] = []
    weights: list[float] = []
    sizes: list[int] = []
    dimension = 0
    for tree in data:
        first, waiting = len(splits), [(tree, -1, 0)]
        while waiting:
            node, parent, side = waiting.pop()
            here = len(splits)
            if parent >= 0:
                steps[parent][side] = here - parent
            steps.append([0, 0])
            if "value" in (node if isinstance(node, dict) else {}):
                own = node["value"] if isinstance(node["value"], list) else [node["value"]]
                dimension = dimension or len(own)
                if len(own) != dimension:
                    raise DamagedError("leaves with unequal numbers of values")
                leaf_of.append(len(values))
                values += numbers(own, "a leaf's values")
                splits.append(0)
                if "weight" in node:
                    weights.append(member(node, "weight", (int, float)))
                continue
            leaf_of.append(2**32 - 1)
            splits.append(_int(member(node, "split", dict), "split_index"))
            waiting.append((member(node, "right", dict), here, 1))
            waiting.append((member(node, "left", dict), here, 0))
        sizes.append(len(splits) - first)
    moves = np.array(steps, np.int64).reshape(-1, 2)
    if len(moves) and moves.max() >= 2**16:
        raise DamagedError("a tree that is too large for its format")
    return dimension or 1, Trees(
        np.array(splits, np.int32),
        *_ends(sizes),
        np.array(values, np.float64),
        np.array(weights, np.float64),
        moves.astype(np.uint16),
        np.array(leaf_of, np.uint32),
    )
