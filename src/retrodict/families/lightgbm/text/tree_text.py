"""One tree of a model text: its fields as they stand, and the same as checked arrays."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
from jaxtyping import Bool, Float, Int

from retrodict.families.lightgbm.text.numbers import DamagedTextError, finite, reals, whole_of, wholes
from retrodict.families.tree_shape import shape_fault

Array = np.ndarray

CATEGORICAL, DEFAULT_LEFT = 1, 2
"""Bits of a split's `decision_type`; the next two are what counts as missing there."""
NO_MISSING, ZERO_MISSING, NAN_MISSING = 0, 1, 2
"""What counts as missing: nothing (NaN is 0), zero (and NaN), NaN."""

FIELDS = (
    *("num_leaves", "num_cat", "split_feature", "split_gain", "threshold", "decision_type", "left_child"),
    *("right_child", "leaf_value", "leaf_weight", "leaf_count", "internal_value", "internal_weight"),
    *("internal_count", "cat_boundaries", "cat_threshold", "is_linear", "leaf_const", "num_features"),
    *("leaf_features", "leaf_coeff", "shrinkage"),
)
"""All fields, in the order in which they are written. The library reads no more lines than these are."""

_SPLITS = ("split_feature", "threshold", "left_child", "right_child")
_INT = 2**31 - 1


@dataclass(frozen=True, eq=False)
class TreeText:
    """One tree, checked: no index in it is out of range, and each of its nodes is reached in one way.

    Parameters
    ----------
    fields
        The text of each field that is known.
    unknown
        Names of others, which the library does not read.
    leaves
        How many there are; inner nodes are one fewer.
    feature, threshold, decision
        The column, the threshold (of a categorical split, which list) and the type of each inner node's split.
    left, right
        Its children: inner nodes as they are numbered, leaf ``i`` as ``-1 - i``.
    value
        Of each leaf.
    count, weight
        Rows and summed hessians of each leaf; ``None`` where they are not stated.
    inner_value, inner_count, gain
        What an inner node would have put out, its rows, and the gain of its split; ``None`` where they are not stated.
    boundaries, bits
        Where each categorical split's set of 32-bit words begins, and all words: the codes that go left.
    constants, terms, coefficients
        Of leaves that are linear: their constants, and of each its columns and coefficients.
    shrinkage
        What its values were last multiplied by; 1 where something was added to them.
    """

    fields: dict[str, bytes] = field(repr=False)
    unknown: tuple[str, ...]
    leaves: int
    feature: Int[Array, " inner"]
    threshold: Float[Array, " inner"]
    decision: Int[Array, " inner"]
    left: Int[Array, " inner"]
    right: Int[Array, " inner"]
    value: Float[Array, " leaves"]
    count: Int[Array, " leaves"] | None
    weight: Float[Array, " leaves"] | None
    inner_value: Float[Array, " inner"] | None
    inner_count: Int[Array, " inner"] | None
    gain: Float[Array, " inner"] | None
    boundaries: Int[Array, " cat"]
    bits: Int[Array, " words"]
    constants: Float[Array, " leaves"] | None
    terms: tuple[Array, ...]
    coefficients: tuple[Array, ...]
    shrinkage: float

    @property
    def linear(self) -> bool:
        """Whether its leaves are linear in columns."""
        return self.constants is not None

    @property
    def categorical(self) -> Bool[Array, " inner"]:
        """Which inner nodes split by a set of codes."""
        return (self.decision & CATEGORICAL) > 0

    @property
    def missing(self) -> Int[Array, " inner"]:
        """What counts as missing at each inner node."""
        return (self.decision >> 2) & 3

    @cached_property
    def sides(self) -> tuple[Array, Array]:
        """The children over all nodes; see `nodes_of`."""
        return nodes_of(self.left, self.right)

    @cached_property
    def levels(self) -> list[Int[Array, " l"]]:
        """The inner nodes, level by level from the root."""
        (left, right), inner = self.sides, self.leaves - 1
        found, level = [], np.zeros(1, dtype=np.int64)
        while len(level := level[level < inner]):
            found.append(level)
            level = np.concatenate([left[level], right[level]])
        return found

    def codes(self, node: int) -> Int[Array, " m"]:
        """Return the codes that a categorical split sends left."""
        which = int(self.threshold[node])
        words = self.bits[self.boundaries[which] : self.boundaries[which + 1]].astype("<u4")
        return np.flatnonzero(np.unpackbits(words.view(np.uint8), bitorder="little"))


def read_tree(text: bytes, columns: int) -> TreeText:
    """Read and check one tree.

    Parameters
    ----------
    text
        Its lines, without the first (`Tree=0`).
    columns
        How many the model has.

    Raises
    ------
    DamagedTextError
        If the library could not follow it, or would follow it out of bounds.
    """
    fields: dict[str, bytes] = {}
    unknown = []
    for line in text.rstrip(b"\n").split(b"\n"):
        name, equals, rest = line.partition(b"=")
        key = name.decode("utf-8", "replace")
        if not equals:
            raise DamagedTextError("a tree with a line that is no field")
        if key in fields:
            raise DamagedTextError(f"a tree with two lines of {key}")
        if key in FIELDS:
            fields[key] = rest
        else:
            unknown.append(key)
    for key in ("num_leaves", "num_cat", "leaf_value"):
        if key not in fields:
            raise DamagedTextError(f"a tree without {key}")
    leaves = whole_of(fields["num_leaves"], "num_leaves", 1, len(text))
    inner = leaves - 1
    if inner and (absent := [key for key in _SPLITS if key not in fields]):
        raise DamagedTextError(f"a tree without {absent[0]}")
    feature = wholes(fields.get("split_feature", b""), inner, "split_feature", 0, columns - 1)
    threshold = reals(fields.get("threshold", b""), inner, "threshold")
    decision = _optional(fields, "decision_type", inner, 0, 127)
    decision = np.zeros(inner, dtype=np.int64) if decision is None else decision
    left, right = (wholes(fields.get(side, b""), inner, side, -leaves, inner - 1) for side in _SPLITS[2:])
    if np.isnan(threshold).any() or (((decision >> 2) & 3) > NAN_MISSING).any():
        raise DamagedTextError("a split by nothing")
    fault = shape_fault(*nodes_of(left, right))
    if fault is not None:
        raise DamagedTextError(f"a tree with {fault}")
    boundaries, bits = _sets(fields, threshold[(decision & CATEGORICAL) > 0], len(text))
    constants, terms, coefficients = _linear(fields, leaves, columns)
    _measured(fields, "internal_weight", inner)  # to six digits what the leaves' add up to
    shrinkage = finite(fields.get("shrinkage", b"1"), 1, "shrinkage")
    return TreeText(
        fields=fields,
        unknown=tuple(unknown),
        leaves=leaves,
        feature=feature,
        threshold=threshold,
        decision=decision,
        left=left,
        right=right,
        value=finite(fields["leaf_value"], leaves, "leaf_value"),
        count=_optional(fields, "leaf_count", leaves, 0, _INT),
        weight=_measured(fields, "leaf_weight", leaves),
        inner_value=_measured(fields, "internal_value", inner),
        inner_count=_optional(fields, "internal_count", inner, 0, _INT),
        gain=_measured(fields, "split_gain", inner),
        boundaries=boundaries,
        bits=bits,
        constants=constants,
        terms=terms,
        coefficients=coefficients,
        shrinkage=float(shrinkage[0]),
    )


def nodes_of(left: Int[Array, " inner"], right: Int[Array, " inner"]) -> tuple[Array, Array]:
    """Return children over all nodes, inner ones first, then leaves; -1 at leaves."""
    ends = np.full(len(left) + 1, -1, dtype=np.int64)
    return tuple(np.concatenate([np.where(side < 0, len(left) - 1 - side, side), ends]) for side in (left, right))  # type: ignore[return-value]


def _optional(fields: dict[str, bytes], name: str, n: int, low: int, high: int) -> Array | None:
    """Return a row that need not be there, or may be empty: it is no field then, for the library read on beyond it."""
    if not fields.get(name, b"").strip():
        fields.pop(name, None)
        return None
    return wholes(fields[name], n, name, low, high)


def _measured(fields: dict[str, bytes], name: str, n: int) -> Array | None:
    if not fields.get(name, b"").strip():
        fields.pop(name, None)
        return None
    return reals(fields[name], n, name)


def _sets(fields: dict[str, bytes], which: Array, most: int) -> tuple[Array, Array]:
    """Return the sets of codes of categorical splits, each of which names one that there is."""
    n = whole_of(fields["num_cat"], "num_cat", 0, most)
    if not n:
        if len(which):
            raise DamagedTextError("a categorical split without its set")
        fields.pop("cat_boundaries", None)
        fields.pop("cat_threshold", None)
        return np.zeros(1, dtype=np.int64), np.empty(0, dtype=np.int64)
    boundaries = wholes(fields.get("cat_boundaries", b""), n + 1, "cat_boundaries", 0, most)
    if boundaries[0] != 0 or (np.diff(boundaries) < 0).any():
        raise DamagedTextError("cat_boundaries that do not increase from 0")
    bits = wholes(fields.get("cat_threshold", b""), int(boundaries[-1]), "cat_threshold", 0, 2**32 - 1)
    if len(which) and not (np.isin(which, np.arange(n))).all():
        raise DamagedTextError("a categorical split by a set that is not there")
    return boundaries, bits


def _linear(fields: dict[str, bytes], leaves: int, columns: int) -> tuple[Array | None, tuple[Array, ...], Any]:
    """Return constants, columns and coefficients of linear leaves."""
    if not whole_of(fields.get("is_linear", b"0"), "is_linear", 0, 1):
        for name in ("leaf_const", "num_features", "leaf_features", "leaf_coeff"):
            fields.pop(name, None)
        return None, (), ()
    constants = finite(fields.get("leaf_const", b""), leaves, "leaf_const")
    sizes = wholes(fields.get("num_features", b""), leaves, "num_features", 0, columns)
    total, ends = int(sizes.sum()), np.cumsum(sizes)[:-1]
    joined = {name: b" ".join(fields.get(name, b"").split()) for name in ("leaf_features", "leaf_coeff")}
    terms = wholes(joined["leaf_features"], total, "leaf_features", 0, columns - 1)
    coefficients = finite(joined["leaf_coeff"], total, "leaf_coeff")
    fields |= joined
    return constants, tuple(np.split(terms, ends)), tuple(np.split(coefficients, ends))
