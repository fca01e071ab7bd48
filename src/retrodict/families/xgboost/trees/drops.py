"""Which trees `dart` left out as it grew others: its draws replayed, and held against the weights that trees have."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product

import numpy as np
from jaxtyping import Float, UInt

from retrodict.families.xgboost.learner import Learner
from retrodict.families.xgboost.settings_facts import Configuration
from retrodict.families.xgboost.trees.draws import LIKELY_SEEDS, uniform, words

Array = np.ndarray

_RATES = (0.1, 0.2, 0.05, 0.3, 0.5, 0.15, 0.25, 0.4, 0.01, 0.02, 0.6, 0.7, 0.8, 0.9)
_SKIPS = (0.0, 0.5, 0.1, 0.2, 0.3, 0.4, 0.6, 0.7, 0.8, 0.9)
"""Shares that users write, the likeliest first."""
_CLOSE = 1e-5
"""Of a weight, what products of 32 bits may be off by."""


@dataclass(frozen=True)
class Dropping:
    """How trees were left out, by the library's names; the same tree is always drawn by the same number."""

    seed: int
    rate: float
    skip: float
    forest: bool
    one: bool

    def weights(
        self, stream: UInt[Array, " words"], rounds: int, per: int, step: float, each: int
    ) -> Float[Array, "rounds+1 trees"]:
        """Return what the trees grown before each round were weighed by as it saw them, and in the end.

        Parameters
        ----------
        stream
            Words of the twister with this seed.
        rounds, per
            How many rounds there are, and trees of each.
        step
            The learning rate over the trees of a round and class.
        each
            Words that growing takes: one before the first tree, or one for each tree (then negative).
        """
        out = np.zeros((rounds + 1, per * rounds))
        weights = np.zeros(0, dtype=np.float32)
        at = 0
        for r in range(rounds):
            known = len(weights)
            skipped = False
            if self.skip > 0.0:
                skipped = bool(uniform(stream[at : at + 2])[0] < self.skip)
                at += 2
            dropped = np.zeros(0, dtype=np.int64)
            if not skipped:
                dropped = np.flatnonzero(uniform(stream[at : at + 2 * known]) < self.rate)
                at += 2 * known
                if self.one and known and not len(dropped):
                    return out  # another draw, of another kind
            seen = weights.copy()
            seen[dropped] = 0.0
            out[r, :known] = seen
            weights = _weighed(weights, dropped, per, np.float32(step), self.forest)
            at += per if each < 0 else int(r == 0)
        out[rounds] = weights
        return out


def _weighed(weights: Array, dropped: Array, per: int, step: np.float32, forest: bool) -> Array:
    """Return the weights of trees once those of another round were added."""
    one, count = np.float32(1.0), np.float32(len(dropped))
    if not len(dropped):
        return np.append(weights, np.full(per, one))
    factor = one / (one + step) if forest else count / (count + step)
    new = factor if forest else one / (count + step)
    out = weights.copy()
    out[dropped] = (out[dropped] * factor).astype(np.float32)
    return np.append(out, np.full(per, new, dtype=np.float32))


def dropped_weights(learner: Learner, rate: float, config: Configuration | None, exact: bool) -> Array | None:
    """Return the weights of trees before each round; ``None`` where no draws give the weights that trees have.

    Parameters
    ----------
    learner
        A `dart` model.
    rate
        The learning rate over the number of parallel trees.
    config
        How training was set, where that is kept.
    exact
        Whether trees were grown by `exact`.
    """
    assert learner.drops is not None
    rounds, per = len(learner.starts) - 1, learner.n_groups * learner.parallel
    if rounds > _MOST_ROUNDS or rounds * per > _MOST_TREES or len(learner.drops) != rounds * per:
        return None
    long = 2 * rounds * (per * rounds + 2) + per * rounds + 2
    streams: dict[int, Array] = {}
    for one in _candidates(config):
        if one.seed not in streams:
            streams[one.seed] = words(one.seed, long)
        step = rate * learner.parallel / per
        found = one.weights(streams[one.seed], rounds, per, step, -1 if exact else 1)
        if np.allclose(found[-1], learner.drops, rtol=_CLOSE, atol=0.0):
            return found
    return None


_MOST_ROUNDS, _MOST_TREES = 400, 5_000
"""Rounds and trees of which draws are replayed: words are as many as both multiplied."""


def _candidates(config: Configuration | None) -> Iterator[Dropping]:
    if config is not None and config.kept and "rate_drop" in config.settings:
        own = config.settings
        if str(own.get("sample_type", "0")) not in ("0", "uniform"):
            return
        forest = str(own.get("normalize_type", "0")) in ("1", "forest")
        one = str(own.get("one_drop", "0")) in ("1", "true")
        yield Dropping(int(own.get("seed", 0)), float(own["rate_drop"]), float(own.get("skip_drop", 0.0)), forest, one)
        return
    for seed, skip, rate, forest in product(LIKELY_SEEDS, _SKIPS, _RATES, (False, True)):
        yield Dropping(seed, rate, skip, forest, False)
