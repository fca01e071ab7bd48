"""``retrodict check``: what a model with these settings would store or expose, before it is trained."""

from __future__ import annotations

from typing import Annotated

import typer

import retrodict as rd
from retrodict.cli import options
from retrodict.cli.grouping import grouped
from retrodict.cli.opening import Opening
from retrodict.cli.output import Output
from retrodict.cli.printing import print_result
from retrodict.cli.verdicts import FailOn, end_judged

_ROWS = options.more(options.ROWS, "Here: rows of the table that the model will be trained on.")
_COLUMNS = typer.Option("--columns", metavar="N", help="Columns of the table that the model will be trained on.")


@grouped
def check(
    model: Annotated[
        str,
        typer.Argument(metavar="ESTIMATOR", help="An estimator's name, a settings file (YAML, JSON), or a model file."),
    ],
    opening: Opening,
    output: Output,
    settings: Annotated[
        list[str] | None, typer.Argument(metavar="NAME=VALUE", help="Settings of the estimator that is named.")
    ] = None,
    rows: Annotated[int | None, _ROWS] = None,
    columns: Annotated[int | None, _COLUMNS] = None,
    fail_on: FailOn = None,
) -> None:
    """Say before training what a model with these settings will store or expose."""
    from retrodict.checking.settings_text import from_words

    found = rd.check(
        model,
        from_words(settings or ()),
        rows=rows,
        columns=columns,
        trusted=opening.trust or (),
        trust_pickle=opening.trust_pickle,
    )

    output.show(found.to_dict(), lambda: print_result(found))
    end_judged([found.verdict], fail_on)
