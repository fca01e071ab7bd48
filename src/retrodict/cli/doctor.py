"""``retrodict doctor``: what is installed, what it enables, and what mends what is not."""

from __future__ import annotations

import retrodict as rd
from retrodict.cli.grouping import grouped
from retrodict.cli.output import Output
from retrodict.cli.printing import print_line, print_table


@grouped
def doctor(output: Output) -> None:
    """List extras, libraries and families: what works here, what each enables, what is missing and what mends it."""
    found = rd.doctor()

    def people() -> None:
        print_line(found.head)
        for table in found.tables():
            print_table(table.title, list(table.frame.columns), table.frame.to_numpy().tolist())
        for line in found.remarks():
            print_line(line)

    output.show(found.to_dict(), people)
