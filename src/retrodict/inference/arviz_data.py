"""Posterior draws as ArviZ has them: an ``InferenceData``, or since its release 1 a ``DataTree`` of the same groups."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from jaxtyping import Float

from retrodict.extras import extra_for
from retrodict.schema import Schema, free_name

if TYPE_CHECKING:
    from retrodict.inference.diagnostics import Diagnostics

Array = np.ndarray

CHAIN, DRAW, OUTPUT = "chain", "draw", "output"
"""Dimensions: draws of all engines are put into one chain. Exact ones are independent, and those of tempered SMC come
in random order: cut into chains they would agree with one another whatever is wrong with them."""

_NUMBERS = ("evidence", "evidence_se", "log_evidence", "acceptance", "ess")
_COUNTS = ("requested", "reached", "queries")
_FLAGS = ("exact", "in_reach")
_TEXTS = ("engine", "verdict", "evidence_is")
"""What `sample_stats` holds of the report on each output."""


def inference_data(
    schema: Schema,
    X: Float[Array, "outputs draws d"],
    reports: Sequence[Diagnostics],
    numbers: Sequence[int],
    prior: Float[Array, "n d"] | None = None,
    about: Mapping[str, Any] | None = None,
) -> Any:
    """Return draws behind outputs with what the engines say of them.

    Parameters
    ----------
    schema
        Of the features: each becomes a variable of the dimensions chain, draw and output. Listed ones are codes, whose
        categories are in the variable's attributes.
    X
        The draws in the schema's encoding, as many of each output.
    reports
        On each output.
    numbers
        Of the outputs: the coordinates of their dimension.
    prior
        Draws of the prior alone, shape (n, d), for a group of that name.
    about
        Attributes of the groups.

    Returns
    -------
    arviz.InferenceData or xarray.DataTree
        Groups `posterior`, `sample_stats`, `observed_data` and, if given, `prior`.

    Raises
    ------
    MissingExtraError
        If ArviZ is not installed.
    """
    with extra_for("to_inference_data()"):
        import arviz
        import xarray
    coords = {CHAIN: [0], DRAW: np.arange(X.shape[1]), OUTPUT: np.asarray(numbers, dtype=np.int64)}
    stats = {name: _column(reports, name, np.float64) for name in _NUMBERS}
    stats |= {name: _column(reports, name, np.int64) for name in _COUNTS}
    stats |= {name: _column(reports, name, np.bool_) for name in _FLAGS}
    stats |= {name: _column([_Plain(one) for one in reports], name, np.str_) for name in _TEXTS}
    observed = np.array([one.observation for one in reports], dtype=np.str_)
    own = {OUTPUT: coords[OUTPUT]}
    groups: dict[str, Any] = {
        "posterior": xarray.Dataset(_variables(schema, X.transpose(1, 0, 2)[None], (CHAIN, DRAW, OUTPUT)), coords),
        "sample_stats": xarray.Dataset({name: ((OUTPUT,), values) for name, values in stats.items()}, own),
        "observed_data": xarray.Dataset({"observed": ((OUTPUT,), observed)}, own),
    }
    if prior is not None:
        own = {CHAIN: [0], DRAW: np.arange(len(prior))}
        groups["prior"] = xarray.Dataset(_variables(schema, prior[None], (CHAIN, DRAW)), own)
    for group in groups.values():
        group.attrs.update({"inference_library": "retrodict", **(about or {})})
    if int(arviz.__version__.split(".")[0]) < 1:
        return arviz.InferenceData(**groups)
    return xarray.DataTree.from_dict(groups)


class _Plain:
    """A report, its notes as plain texts."""

    def __init__(self, report: Diagnostics) -> None:
        self.engine, self.verdict, self.evidence_is = report.engine, str(report.verdict), report.evidence_is


def _column(reports: Sequence[Any], name: str, kind: Any) -> Array:
    return np.array([getattr(one, name) for one in reports], dtype=kind)


def _variables(schema: Schema, X: Float[Array, ...], dims: tuple[str, ...]) -> dict[str, Any]:
    found = {}
    for j, feature in enumerate(schema.features):
        categories = {"categories": [str(one) for one in feature.categories]} if feature.listed else {}
        attrs = {"kind": feature.kind, **categories}
        found[free_name(feature.name, [CHAIN, DRAW, OUTPUT])] = (dims, X[..., j].copy(), attrs)
    return found
