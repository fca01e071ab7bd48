"""Draws behind outputs laid out as ArviZ has them: as many of each output."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from retrodict.errors import PriorError, RequestError
from retrodict.inference.arviz_data import inference_data
from retrodict.plain_text import shown
from retrodict.priors import Prior, load_prior

if TYPE_CHECKING:
    from retrodict.reconstruction.inversion import Inversion


def laid_out(found: Inversion, outputs: Sequence[int] | None, prior: Prior | str | Path | None) -> Any:
    """Return the draws with what the engines say of them; see `Inversion.to_inference_data`."""
    of = found.frame[found.output_column]
    chosen, draws = _chosen(of.value_counts(), len(found.outputs), outputs)
    X = found.schema.encode(found.frame)
    alone = None
    if prior is not None:
        law = load_prior(prior) if isinstance(prior, str | Path) else prior
        if not isinstance(law, Prior):
            raise PriorError(f"a prior or its file is needed, got {type(law).__name__}")
        rows = law.sample(draws, np.random.default_rng(found.provenance.seed))
        alone = found.schema.encode(law.schema.decode(rows))
    return inference_data(
        found.schema,
        np.stack([X[(of == i).to_numpy()][:draws] for i in chosen]),
        [found.diagnostics[found.place[i]] for i in chosen],
        chosen,
        alone,
        {"model": found.provenance.model["family"], "seed": found.provenance.seed},
    )


def output_numbers(given: Any, n: int) -> list[int]:
    """Return numbers of outputs as a list; one alone is a list of itself.

    Parameters
    ----------
    given
        The numbers.
    n
        Outputs that there are.

    Raises
    ------
    RequestError
        If there is no output of a number.
    """
    numbers = list(given) if isinstance(given, Iterable) and not isinstance(given, str) else [given]
    for one in numbers:
        if not isinstance(one, int | np.integer) or not 0 <= one < n:
            raise RequestError(f"there is no output {shown(repr(one))}; there are 0 to {n - 1:,}")
    return [int(one) for one in numbers]


def _chosen(counts: pd.Series[int], n: int, outputs: Sequence[int] | None) -> tuple[list[int], int]:
    """Return the outputs to lay out, and how many draws each of them has."""
    most = int(counts.max()) if len(counts) else 0
    chosen = [i for i in range(n) if counts.get(i, 0) == most > 0] if outputs is None else output_numbers(outputs, n)
    without = [i for i in chosen if i not in counts.index]
    if without or not chosen:
        which = f"output {without[0]}" if without else "any output"
        raise RequestError(f"there is no draw behind {which}; leave it out, or ask again with more model calls")
    return chosen, int(counts[chosen].min())
