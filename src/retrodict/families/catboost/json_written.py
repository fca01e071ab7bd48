"""Write CatBoost's json files: the same content gives the same bytes."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import numpy as np

from retrodict.families.catboost.content import FREQUENCIES, MEANS, Combination, Content, Ctr, CtrBase, CtrTable

Array = np.ndarray


def write_json(content: Content) -> bytes:
    """Return a json file."""
    told: dict[str, Any] = {
        "features_info": _features(content),
        "model_info": {key: _info(key, text) for key, text in content.info.items()},
        "scale_and_bias": [content.scale, list(content.bias)],
    }
    splits = _splits(content)
    if content.trees.symmetric:
        told["oblivious_trees"] = _symmetric(content, splits)
    else:
        told["trees"] = _nested(content, splits)
    if content.ctr_tables is not None:
        told["ctr_data"] = {_name(one.base): _table(one) for one in content.ctr_tables}
    return "".join(_text(told)).encode()


def _text(data: Any) -> Iterator[str]:
    """Yield JSON text with numbers as CatBoost writes them, in 17 digits: its own reader is not exact for others."""
    if isinstance(data, dict):
        yield "{"
        for i, (name, one) in enumerate(sorted(data.items())):
            yield f"{', ' if i else ''}{json.dumps(name)}: "
            yield from _text(one)
        yield "}"
    elif isinstance(data, list):
        if data and all(type(one) is float for one in data):
            yield f"[{', '.join(map(_DIGITS, data))}]"
            return
        yield "["
        for i, one in enumerate(data):
            yield ", " if i else ""
            yield from _text(one)
        yield "]"
    else:
        yield _DIGITS(data) if type(data) is float else json.dumps(data)


_DIGITS = "{:.17g}".format


def _info(key: str, text: str) -> Any:
    return json.loads(text) if key.endswith("params") and text else text


def _features(content: Content) -> dict[str, Any]:
    told: dict[str, Any] = {}
    if content.numbers:
        told["float_features"] = [
            {
                **{"feature_index": one.index, "flat_feature_index": one.flat, "feature_id": one.name},
                **{"borders": one.borders.astype(float).tolist(), "has_nans": one.has_nans},
                "nan_value_treatment": one.treatment,
            }
            for one in content.numbers
        ]
    if content.categories:
        split = {one.category: one for one in content.one_hots}
        told["categorical_features"] = []
        for one in content.categories:
            column = {"feature_index": one.index, "flat_feature_index": one.flat, "feature_id": one.name}
            if one.index in split:
                column["values"] = split[one.index].values.tolist()
                column |= {"string_values": list(split[one.index].texts)} if split[one.index].texts else {}
            told["categorical_features"].append(column)
    if content.ctrs:
        told["ctrs"] = [_ctr(one) for one in content.ctrs]
    if content.names_by_hash:
        told["cat_features_hash"] = [{"hash": one, "value": name} for one, name in content.names_by_hash.items()]
    return told


def _elements(of: Combination) -> list[dict[str, Any]]:
    return [
        *({"cat_feature_index": one, "combination_element": "cat_feature_value"} for one in of.categories),
        *(
            {"border": border, "combination_element": "float_feature", "float_feature_index": one}
            for one, border in of.number_splits
        ),
        *(
            {"cat_feature_index": one, "combination_element": "cat_feature_exact_value", "value": value}
            for one, value in of.category_splits
        ),
    ]


def _name(base: CtrBase) -> str:
    """Return what statistics are called: of what and of which kind, as text."""
    return json.dumps({"identifier": _elements(base.of), "type": base.kind}, sort_keys=True, separators=(",", ":"))


def _ctr(one: Ctr) -> dict[str, Any]:
    return {
        "borders": one.borders.astype(float).tolist(),
        "ctr_type": one.base.kind,
        "elements": _elements(one.base.of),
        "identifier": _name(one.base),
        "prior_denomerator": one.prior[1],  # spelt as CatBoost spells it
        "prior_numerator": one.prior[0],
        "scale": one.scale,
        "shift": one.shift,
        "target_border_idx": one.target_border,
    }


def _table(table: CtrTable) -> dict[str, Any]:
    hashes, rows = table.held
    numbers: list[list[Any]] = table.counts[rows].tolist()
    if table.base.kind in MEANS:
        sums = np.frombuffer(table.blob, "<f4").reshape(-1, 2)[rows, 0].tolist()
        numbers = [[total, count] for total, (_, count) in zip(sums, numbers, strict=True)]
    flat = [one for hashed, row in zip(hashes.tolist(), numbers, strict=True) for one in (str(hashed), *row)]
    denominator = table.denominator if table.base.kind in FREQUENCIES else 0
    return {"counter_denominator": denominator, "hash_map": flat, "hash_stride": 1 + table.width}


def _splits(content: Content) -> list[dict[str, Any]]:
    """Return what every split asks, by its number."""
    told: list[dict[str, Any]] = []
    for kind, at, count in content.cuts:
        for i in range(count):
            here: dict[str, Any] = {"split_index": len(told)}
            if kind == "number":
                one = content.numbers[at]
                here |= {"border": float(one.borders[i]), "float_feature_index": one.index}
                here["split_type"] = "FloatFeature"
            elif kind == "one_hot":
                hot = content.one_hots[at]
                here |= {"cat_feature_index": hot.category, "value": int(hot.values[i]), "split_type": "OneHotFeature"}
            else:
                ctr = content.ctrs[at]
                here |= {"border": float(ctr.borders[i]), "ctr_target_border_idx": ctr.target_border}
                here["split_type"] = "OnlineCtr"
            told.append(here)
    return told


def _symmetric(content: Content, splits: list[dict[str, Any]]) -> list[dict[str, Any]]:
    trees, told, leaf = content.trees, [], 0
    for size, start in zip(trees.sizes.tolist(), trees.starts.tolist(), strict=True):
        own = slice(leaf * content.dimension, (leaf + (1 << size)) * content.dimension)
        tree: dict[str, Any] = {
            "leaf_values": trees.values[own].tolist(),
            "splits": [splits[one] for one in trees.splits[start : start + size]] or None,
        }
        if len(trees.weights):
            tree["leaf_weights"] = trees.weights[leaf : leaf + (1 << size)].tolist()
        told.append(tree)
        leaf += 1 << size
    return told


def _nested(content: Content, splits: list[dict[str, Any]]) -> list[dict[str, Any]]:
    trees = content.trees
    nodes: list[dict[str, Any]] = [{} for _ in trees.splits]
    for here in reversed(range(len(nodes))):  # children lie further on
        if not trees.steps[here].any():
            nodes[here] = _leaf(content, here)
            continue
        sides = [nodes[here + int(step)] if step else _leaf(content, here) for step in trees.steps[here]]
        nodes[here] = {"left": sides[0], "right": sides[1], "split": splits[trees.splits[here]]}
    return [nodes[start] for start in trees.starts]


def _leaf(content: Content, node: int) -> dict[str, Any]:
    at, k = int(content.trees.leaf_of[node]), content.dimension
    values = content.trees.values[at : at + k].tolist()
    told: dict[str, Any] = {"value": values if k > 1 else values[0]}
    if len(content.trees.weights):
        told["weight"] = float(content.trees.weights[at // k])
    return told
