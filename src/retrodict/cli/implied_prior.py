"""``retrodict implied-prior``: the prior that a model file itself states."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import retrodict as rd
from retrodict.cli import options, priors
from retrodict.cli.grouping import grouped
from retrodict.cli.opening import Opening, file_line
from retrodict.cli.output import Output
from retrodict.cli.tables import check_table_file, write_table

_OUT = options.more(options.OUT, "A table of the prior's draws: Parquet, or CSV if its name ends so.")


@grouped
def implied_prior(
    model: options.ModelFile,
    opening: Opening,
    output: Output,
    rows: Annotated[int, options.more(options.ROWS, "Draws of the prior, which show what it is.")] = 10_000,
    seed: options.Seed = 0,
    out: Annotated[Path | None, _OUT] = None,
) -> None:
    """Show the prior that a model file itself states: what is assumed where none is given."""
    from retrodict.results.arguments import check_count, check_seed

    if out is not None:
        check_table_file(out)
    n = check_count(rows, "the number of rows")
    check_seed(seed)
    loaded = opening.open(model)
    found = rd.implied_prior(loaded)
    frame = priors.drawn(found, n, seed)
    if out is not None:
        write_table(frame, out)
    output.note(file_line(model, loaded))
    document = {**priors.document(found, frame), **({} if out is None else {"out": str(out)})}
    output.show(document, lambda: priors.print_prior(found, frame, "draws", out))
