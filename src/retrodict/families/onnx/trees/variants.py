"""How a graph's trees may have been grown: losses and steps of each library that conversions come from."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from retrodict.families.onnx.trees.read import BoostedGraph
from retrodict.matching.inferring.first_leaves import first_steps
from retrodict.matching.inferring.guesses import PENALTIES, RATES, Guesses, first
from retrodict.matching.inferring.shares import HeldStart
from retrodict.matching.losses import JointSoftmax, Loss, LossKind, PlainLoss

Array = np.ndarray

_XGBOOST = (0.3, 1.0)
"""The library's rate and penalty where a user sets none."""
_CATBOOST = (0.03, 3.0)
_OTHERS = (0.1, 0.0)
_SAME = 2e-7
"""How near steps must be to possible ones, as a share, that are stated to 32 bits."""
_HALF_UNIT = 2.0**-24
"""Of a value of 32 bits, what its rounding may take or add."""


@dataclass(frozen=True, eq=False)
class Variant:
    """One way in which trees may have been grown.

    Parameters
    ----------
    loss
        What rows add.
    guesses
        Rates, penalties and starts.
    single
        Whether scores were added up in 32 bits.
    joint
        Whether a leaf's values were found for all outputs together.
    gaps
        Whether columns had missing values.
    """

    loss: Loss
    guesses: Guesses
    single: bool = False
    joint: bool = False
    gaps: bool = False


def variants_of(graph: BoostedGraph, classes: int, rows: int | None) -> Iterator[Variant]:
    """Yield the ways, the likeliest first.

    Parameters
    ----------
    graph
        The trees.
    classes
        How many there are; 0 where a value is predicted.
    rows
        How many rows the table has, where that is known.
    """
    every = list(_without_gaps(graph, classes, rows))
    yield from every
    if graph.missing:
        for one in every:
            yield Variant(one.loss, one.guesses, one.single, one.joint, gaps=True)


def _without_gaps(graph: BoostedGraph, classes: int, rows: int | None) -> Iterator[Variant]:
    rate, penalty = _XGBOOST if graph.below else _CATBOOST if graph.above else _OTHERS
    rates, penalties = first(rate, RATES), first(penalty, PENALTIES)
    joint = graph.outputs > 1 and bool(np.isfinite(graph.values[0]).all(axis=1).any())
    for loss in _losses(graph, classes, joint):
        if graph.base is None and not joint and not graph.above:  # first trees hold their start, as LightGBM's do
            held = _held(graph, loss) if classes else None
            guesses = Guesses(rates, penalties, (), rows, held=held) if held else None
            yield Variant(loss, guesses or Guesses(rates, penalties, ((0.0,),), rows, first=False))
        if graph.above and graph.outputs == 1 and classes:  # the library makes its rate of many digits of the table's
            shown = first_steps(graph.values[0][graph.trees[0].leaf, 0], 0.0, penalties, (1,), same=_SAME)
            likely = dict.fromkeys((*(each.rate for each in shown), *rates))
            yield Variant(loss, Guesses(tuple(likely), penalties, ((0.0,),), rows, refined=False))
        start = tuple((np.zeros(graph.outputs) if graph.base is None else graph.base).tolist())
        yield Variant(loss, Guesses(rates, penalties, (start,), rows), single=graph.below, joint=joint)


def _losses(graph: BoostedGraph, classes: int, joint: bool) -> Iterator[Loss]:
    """Yield losses; those of several classes differ in a factor of their hessians."""
    if not classes:
        yield PlainLoss(LossKind.SQUARED, single=True)
    elif graph.outputs == 1:
        yield PlainLoss(LossKind.LOGISTIC, single=True)
    elif joint:
        yield JointSoftmax()
        yield PlainLoss(LossKind.ONE_VS_REST)
    elif graph.apart:
        yield PlainLoss(LossKind.ONE_VS_REST, single=True)
    else:
        lightgbm, histograms = classes / (classes - 1.0), 1.0
        for factor in (2.0, lightgbm, histograms) if graph.below else (lightgbm, histograms, 2.0):
            yield PlainLoss(LossKind.SOFTMAX, factor, single=True)


def _held(graph: BoostedGraph, loss: Loss) -> HeldStart | None:
    values = []
    for k in range(graph.outputs):
        own = next((v[:, k] for v in graph.values if np.isfinite(v[:, k]).any()), None)
        if own is None:
            return None
        values.append(own[np.isfinite(own)])
    return HeldStart(tuple(values), loss, rounding=_HALF_UNIT)
