"""Worlds for tests: random ones that hypothesis can shrink."""

from __future__ import annotations

from hypothesis import strategies as st

from retrodict.theory import DiscreteWorld, random_world


@st.composite
def worlds(draw: st.DrawFn, zeros: tuple[float, ...] = (0.0,), **fixed: float) -> DiscreteWorld:
    errors = st.sampled_from([0.0, 0.1, 1.0, float("inf")])
    settings = {"prior_error": draw(errors), "model_error": draw(errors), **fixed}
    states, classes = draw(st.integers(1, 40)), draw(st.integers(1, 6))
    return random_world(states, classes, draw(st.integers(0, 2**32)), zeros=draw(st.sampled_from(zeros)), **settings)
