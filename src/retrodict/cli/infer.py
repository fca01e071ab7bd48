"""``retrodict infer``: one column of known rows, from their other columns, the model's output and the prior."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import retrodict as rd
from retrodict.cli import options, row_files
from retrodict.cli.grouping import grouped
from retrodict.cli.lines_file import LinesFile, check_place, show_and_write
from retrodict.cli.opening import Opening, file_line
from retrodict.cli.output import Output

_KNOWN = options.more(options.KNOWN, "Here all but one column.")


@grouped
def infer(
    model: options.ModelFile,
    known: Annotated[Path, _KNOWN],
    column: Annotated[str, options.COLUMN],
    opening: Opening,
    output: Output,
    prior: options.Prior = None,
    seen: Annotated[str, options.SEEN] = "target",
    target: options.Target = None,
    confidence: Annotated[float, options.CONFIDENCE] = 0.9,
    tolerance: Annotated[float, options.more(options.TOLERANCE, "Of a number: within it is right.")] = 0.05,
    digits: Annotated[int, options.DIGITS] = 4,
    out: LinesFile = None,
) -> None:
    """Infer one column of known rows from their other columns, the model's output and the prior."""
    check_place(out)
    loaded = opening.open(model)
    kind: Any = seen
    found = rd.infer(
        loaded,
        row_files.read(known, row_files.KNOWN, loaded.schema, target),
        column,
        prior,
        output=kind,
        target=target,
        confidence=confidence,
        tolerance=tolerance,
        digits=digits,
    )
    output.note(file_line(model, loaded))
    show_and_write(output, found, found.frame, out)
