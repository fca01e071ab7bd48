"""What holds after any move of a chain under a prior: energies, latents in their slots, components, what is known."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from retrodict.matching import energy
from retrodict.matching.search.annealing import Annealing
from retrodict.matching.search.arrays import Assumed, fixed_arrays
from retrodict.matching.search.moves import sweep
from retrodict.matching.search.row_law import code_chances
from retrodict.matching.search.row_places import change_places
from tests.matching.tied_worlds import WORLDS, World, world_of

KINDS = {
    "entries": (0.0, 0.0, 0.0),
    "labels": (1.0, 0.0, 0.0),
    "exchanges": (0.0, 1.0, 0.0),
    "components": (0.0, 0.0, 1.0),
    "all": (0.2, 0.2, 0.2),
}
"""Shares of labels, exchanges and components among the moves."""


def check(own: World, run: Annealing) -> None:
    """Check a chain's state."""
    problem, chain = own.problem, run.chain
    assert chain.energy[0] == pytest.approx(energy(problem, chain.codes, chain.labels), rel=1e-5, abs=1e-3)
    assert ((chain.codes >= 0) & (chain.codes < problem.table.sizes)).all()
    if own.labels is not None:
        np.testing.assert_array_equal(chain.labels, own.labels)
    if problem.known is not None:
        codes, labels = problem.known.codes, problem.known.labels
        np.testing.assert_array_equal(chain.codes[codes >= 0], codes[codes >= 0])
        np.testing.assert_array_equal(chain.labels[labels >= 0], labels[labels >= 0])
    prior = problem.prior
    if prior is None:
        return
    assert (prior.shares[chain.labels, chain.components] > 0).all()
    assert np.isfinite(chain.latents).all()
    for f in np.flatnonzero(prior.tied):
        ends = prior.ends[prior.scale[chain.components], f]
        slot = (ends[:, 1:-1] < chain.latents[:, f, None]).sum(axis=1)
        there = chain.codes[:, f] != problem.table.missing[f]
        np.testing.assert_array_equal(prior.slots[f][slot][there], chain.codes[there, f])
    assert (chain.latents[:, ~prior.tied] == 0).all()


@pytest.mark.parametrize("world", ["one component", pytest.param("all", marks=pytest.mark.slow)])
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_a_chain_is_whole_after_any_moves(world: str, data: st.DataObject) -> None:
    own = world_of(world if world in WORLDS else data.draw(st.sampled_from(sorted(WORLDS))))
    n = own.problem.table.n
    run = Annealing.start(
        own.problem, fixed_arrays(own.problem), np.random.SeedSequence(data.draw(st.integers(0, 99))), own.labels
    )
    for kind in data.draw(st.lists(st.sampled_from([*KINDS, "places"]), min_size=1, max_size=4)):
        heat = data.draw(st.sampled_from([0.01, 1.0, 100.0]))
        if kind == "places":
            if not run.fixed.holding:
                change_places(run.fixed, run.chain, run.room, heat, run.labels_known)
        else:
            labels, exchanges, components = KINDS[kind]
            rest = (0.0 if run.labels_known else labels, exchanges, False, -1.0, components)
            sweep(run.fixed, run.chain, run.room, np.arange(n), heat, 40, *rest)
        check(own, run)


def test_latents_of_a_column_of_one_code_are_drawn_anew() -> None:
    own = world_of("a column of one code, tied")
    run = Annealing.start(own.problem, fixed_arrays(own.problem), np.random.SeedSequence(0), None)
    before = run.chain.latents[:, 1].copy()
    run.sweeps(np.full(5, 1.0), searching=False)
    assert (run.chain.latents[:, 1] != before).all()


def test_a_component_that_misses_nothing_takes_a_gap_that_counts_ask_for() -> None:
    own = world_of("a missing code")
    assumed: Assumed = fixed_arrays(own.problem).assumed
    gone, out = own.problem.table.missing[1], np.empty(3)
    costs = np.full(3, 100.0)
    costs[gone] = 0.0
    none = assumed._replace(missing=np.zeros_like(assumed.missing))
    code_chances(none, 0, 1, 0.0, 1.0, costs, 30.0, 3, out)
    np.testing.assert_array_equal(out, np.arange(3) == gone)
