"""How a training table was rebuilt, as a table of stated confidence and a line of what it took."""

from __future__ import annotations

from typing import TYPE_CHECKING

from retrodict.cli.printing import print_line, print_table

if TYPE_CHECKING:
    from retrodict.reconstruction.rebuild_quality import Rebuilt


def print_rebuilt(n: int, rebuilt: Rebuilt) -> None:
    """Print how `n` rows were rebuilt."""
    if rebuilt.engine == "stored rows":
        print_line(f"{n:,} rows rebuilt: the file stores them as they are")
        return
    print_table(
        "",
        ["confidence", "rows", "cells"],
        ([f"{each.low:g} to {each.high:g}", f"{each.rows:,}", f"{each.cells:,}"] for each in rebuilt.confidence),
        right=["rows", "cells"],
    )
    print_line("confidence: how far independent chains agree on a row, or on one of its cells")
    met = "every node count met" if rebuilt.met else "0 is every node count met"
    print_line(
        f"{n:,} rows rebuilt: energy {rebuilt.energy:.4g} ({met}), {rebuilt.restarts:,} restarts, "
        f"{rebuilt.sweeps:,} sweeps, {rebuilt.seconds:.1f} s"
    )
