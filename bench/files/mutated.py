"""Mutated model files of all families, each tried in a child process with limits: what every one came to.

    uv run python -m bench.files.mutated --files 10000 --seed 0 [--workers 2] [--out FOLDER] [--only FAMILY]

File i is mutated with the seed (seed, i), whatever the number of workers, so that one can be made again:
`--file I` makes and tries that one alone. A file that ended in a signal, a hang or a raw exception is kept.
The last lines are the table of `docs/guides/files.md`.
"""

from __future__ import annotations

import argparse
import multiprocessing
import sys
import tempfile
import time
import warnings
from collections import Counter
from pathlib import Path

import numpy as np

from tests.families.sklearn.open.fuzz.children import ANSWERED, OUTCOMES, REFUSED, tried
from tests.families.sklearn.open.fuzz.families import FAMILIES, WITH_TREES, file_of
from tests.families.sklearn.open.fuzz.mutations import mutated


def family_of(index: int, only: str | None) -> str:
    return only or sorted(FAMILIES)[index % len(FAMILIES)]


def one(seed: int, index: int, only: str | None, every: int, folder: Path) -> tuple[str, str, str, str]:
    """Make and try file `index`, and return its family, mutations, outcome and what was seen."""
    family = family_of(index, only)
    content, names = mutated(file_of(family), np.random.default_rng([seed, index]))
    path = folder / f"{seed}-{index}.skops"
    path.write_bytes(content)
    outcome, text = tried(path, rebuilt=family in WITH_TREES and index // len(FAMILIES) % every == 0)
    if outcome in (ANSWERED, REFUSED):
        path.unlink()
    return family, names, outcome, text


def some(job: tuple[int, int, int, int, str | None, Path]) -> list[tuple[int, str, str, str, str]]:
    seed, first, last, every, only, folder = job
    return [(index, *one(seed, index, only, every, folder)) for index in range(first, last)]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--files", type=int, default=1_000)
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--out", type=Path, default=Path(tempfile.gettempdir()) / "fuzz_files")
    parser.add_argument("--only", choices=sorted(FAMILIES))
    parser.add_argument("--file", type=int)
    parser.add_argument(
        "--matched", type=int, default=5, help="of files with trees, one in so many has its table looked for"
    )
    given = parser.parse_args()
    given.out.mkdir(parents=True, exist_ok=True)
    warnings.simplefilter("ignore")
    warm(given.out)
    if given.file is not None:
        print(*one(given.seed, given.file, given.only, given.matched, given.out), sep="\n")
        return
    last, step = given.first + given.files, 20
    jobs = [
        (given.seed, first, min(first + step, last), given.matched, given.only, given.out)
        for first in range(given.first, last, step)
    ]
    table: dict[str, Counter[str]] = {}
    started, bad = time.monotonic(), 0
    with multiprocessing.get_context("fork").Pool(given.workers) as pool:
        for done, results in enumerate(pool.imap_unordered(some, jobs), 1):
            for index, family, names, outcome, text in results:
                table.setdefault(family, Counter())[outcome] += 1
                if outcome not in (ANSWERED, REFUSED):
                    bad += 1
                    print(f"{index} [{family}] [{names}] {outcome}: {text}", flush=True)
            if done % 25 == 0:
                print(
                    f"# {done * step:,} files, {bad} bad, {time.monotonic() - started:.0f} s",
                    file=sys.stderr,
                    flush=True,
                )
    print(shown_table(table))
    sys.exit(bool(bad))


def warm(folder: Path) -> None:
    """Import and compile once what every child would import and compile."""
    for family in FAMILIES:
        file_of(family)
    from tests.families.sklearn.open.fuzz.children import _asked

    for family in ("mixed columns, forest", "tree", "k-neighbours kd", "histogram boosting"):
        path = folder / "whole.skops"
        path.write_bytes(file_of(family))
        _asked(path, rebuilt=family == "tree")
        path.unlink()


def shown_table(table: dict[str, Counter[str]]) -> str:
    lines = [f"| family | files | {' | '.join(OUTCOMES)} |", f"|---|---:|{'---:|' * len(OUTCOMES)}"]
    total: Counter[str] = Counter()
    for family in sorted(table):
        counts = table[family]
        total.update(counts)
        lines.append(_line(family, counts))
    return "\n".join([*lines, _line("**all**", total)])


def _line(name: str, counts: Counter[str]) -> str:
    return f"| {name} | {sum(counts.values()):,} | {' | '.join(f'{counts[one]:,}' for one in OUTCOMES)} |"


if __name__ == "__main__":
    main()
