"""``retrodict attribute-risk``: what a model gives away of single columns of its training rows."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import retrodict as rd
from retrodict.cli import options, row_files
from retrodict.cli.grouping import grouped
from retrodict.cli.opening import Opening, file_line
from retrodict.cli.output import Output
from retrodict.cli.printing import print_result

_COLUMN = options.more(options.COLUMN, "Several are separated by commas; else all that vary.")


@grouped
def attribute_risk(
    model: options.ModelFile,
    train: Annotated[Path, options.TRAIN],
    holdout: Annotated[Path, options.HOLDOUT],
    opening: Opening,
    output: Output,
    prior: Annotated[Path | None, options.more(options.PRIOR, "Else a copula of held-out rows.")] = None,
    column: Annotated[str | None, _COLUMN] = None,
    seen: Annotated[str, options.SEEN] = "target",
    target: options.Target = None,
    limit: Annotated[int, options.LIMIT] = 500,
    confidence: Annotated[float, options.CONFIDENCE] = 0.9,
    tolerance: Annotated[float, options.more(options.TOLERANCE, "Of a number: within it is right.")] = 0.05,
    digits: Annotated[int, options.DIGITS] = 4,
    seconds: Annotated[float | None, options.SECONDS] = None,
    seed: options.Seed = 0,
) -> None:
    """Say by how much more single columns are inferred of training rows than of others."""
    from math import inf

    from retrodict.results.arguments import check_positive
    from retrodict.time_limit import within

    limit_s = inf if seconds is None else check_positive(seconds, "the seconds")
    loaded = opening.open(model)
    kind: Any = seen
    with within(limit_s):
        found = rd.attribute_risk(
            loaded,
            row_files.read(train, row_files.TRAIN, loaded.schema, target),
            row_files.read(holdout, row_files.HOLDOUT, loaded.schema, target),
            prior,
            options.names(column),
            output=kind,
            target=target,
            limit=limit,
            confidence=confidence,
            tolerance=tolerance,
            digits=digits,
            seed=seed,
        )
    output.note(file_line(model, loaded))
    output.show(found.to_dict(), lambda: print_result(found))
