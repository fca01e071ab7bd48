"""Mutated model files of all families, each tried in a child process with limits: what every one came to.

    uv run python -m bench.files.mutated --of others --files 10000 --seed 0 [--workers 2] [--out FOLDER] [--only NAME]

File i is mutated with the seed (seed, i), whatever the number of workers, so that one can be made again:
`--file I` makes and tries that one alone. With `--of equations`, files whose table follows from equations about it are
mutated, and the table is looked for, from the file and from leaf values alone; `--rebuilt` does so with any. A file
that ended in a signal, a hang or a raw exception is kept. The last lines are the table of `docs/guides/files.md`.
"""

from __future__ import annotations

import argparse
import multiprocessing
import os
import shutil
import sys
import tempfile
import time
import warnings
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from retrodict.threads import ONE_THREAD

os.environ.update(ONE_THREAD)  # before numpy is imported: a copy of a process must not wait for threads it lacks

import numpy as np

from bench.document import machine, write_section
from tests.fuzz.children import ANSWERED, EQUATED, OUTCOMES, READ, REFUSED, asked, tried
from tests.fuzz.formats import write
from tests.fuzz.seeds import GROUPS, SEEDS, file_of, lacking

STOPPED = "of these by a trial"
"""Files that only a process of its own met, which they ended."""
_OF_ITS_OWN = "in a process of its own"
_STEP = 20
PACKAGES = ("xgboost-cpu", "lightgbm", "catboost", "onnx", "onnxruntime", "skops")
"""Whose versions the page names."""


@dataclass(frozen=True)
class Plan:
    """Which files are made and tried.

    Parameters
    ----------
    names
        Seeds, each in turn.
    seed
        Of the mutations.
    every
        Of files with trees, one in so many has its table looked for.
    folder
        Where they are written.
    rebuilt
        Whether tables are looked for by equations, and nothing else is asked.
    """

    names: Sequence[str]
    seed: int
    every: int
    folder: Path
    rebuilt: bool = False

    def steps(self, index: int) -> tuple[str, ...]:
        """Return what is done with file `index`."""
        if self.rebuilt:
            return EQUATED
        counted = SEEDS[self.names[index % len(self.names)]].trees and index // len(self.names) % self.every == 0
        return (*READ, "rebuild") if counted else READ

    def one(self, index: int) -> tuple[str, str, str, str]:
        """Make and try file `index`, and return its seed, mutations, outcome and what was seen."""
        name = self.names[index % len(self.names)]
        content, mutations = SEEDS[name].form.mutated(file_of(name), np.random.default_rng([self.seed, index]))
        path = self.folder / f"{self.seed}-{index}"
        write(content, path)
        outcome, text = tried(path, self.steps(index))
        if outcome in (ANSWERED, REFUSED) and not (outcome == REFUSED and _OF_ITS_OWN in text):
            remove(path)
        return name, mutations, outcome, text


def remove(path: Path) -> None:
    shutil.rmtree(path) if path.is_dir() else path.unlink()


def some(job: tuple[Plan, int, int]) -> list[tuple[int, str, str, str, str]]:
    plan, first, last = job
    return [(index, *plan.one(index)) for index in range(first, last)]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--of", choices=GROUPS, default="others", help="whose files")
    parser.add_argument("--files", type=int, default=1_000)
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--out", type=Path, default=Path(tempfile.gettempdir()) / "fuzz_files")
    parser.add_argument("--only", metavar="NAME", help="seeds whose name begins so")
    parser.add_argument("--file", type=int)
    parser.add_argument(
        "--matched", type=int, default=5, help="of files with trees, one in so many has its table looked for"
    )
    parser.add_argument("--write", action="store_true", help="write the table of other libraries into the page")
    parser.add_argument("--rebuilt", action="store_true", help="look for tables by equations alone")
    given = parser.parse_args()
    given.out.mkdir(parents=True, exist_ok=True)
    warnings.simplefilter("ignore")
    names = sorted(name for name in GROUPS[given.of] if name.startswith(given.only or "") and not lacking(name))
    plan = Plan(names, given.seed, given.matched, given.out, given.rebuilt or given.of == "equations")
    warm(plan)
    if given.file is not None:
        print(*plan.one(given.file), sep="\n")
        return
    last = given.first + given.files
    jobs = [(plan, first, min(first + _STEP, last)) for first in range(given.first, last, _STEP)]
    table: dict[str, Counter[str]] = {}
    started, bad = time.monotonic(), 0
    with multiprocessing.get_context("fork").Pool(given.workers) as pool:
        for done, results in enumerate(pool.imap_unordered(some, jobs), 1):
            for index, name, mutations, outcome, text in results:
                own = table.setdefault(name, Counter())
                own[outcome] += 1
                if _OF_ITS_OWN in text:
                    own[STOPPED] += 1
                    print(f"# {index} [{name}] [{mutations}] {text}", flush=True)
                if outcome not in (ANSWERED, REFUSED):
                    bad += 1
                    print(f"{index} [{name}] [{mutations}] {outcome}: {text}", flush=True)
            if done % 25 == 0:
                seconds = time.monotonic() - started
                print(f"# {done * _STEP:,} files, {bad} bad, {seconds:.0f} s", file=sys.stderr, flush=True)
    text = shown_table(table)
    print(text)
    if given.write and given.of == "others" and given.only is None:
        seconds = time.monotonic() - started
        each = 1000 * seconds * given.workers / given.files
        told = f"{given.files:,} files, seed {given.seed}, {each:.0f} ms a file and core."
        write_section("files.md", "mutated", f"{text}\n\n{told} {machine(*PACKAGES)}")
    sys.exit(bool(bad))


def warm(plan: Plan) -> None:
    """Import and compile once what every child would import and compile."""
    for name in plan.names:
        path = plan.folder / "whole"
        write(file_of(name), path)
        asked(path, EQUATED if plan.rebuilt else (*READ, "rebuild") if name == "tree" else READ)
        remove(path)


def shown_table(table: dict[str, Counter[str]]) -> str:
    columns = [ANSWERED, REFUSED, STOPPED, *OUTCOMES[2:]]
    lines = [f"| family | files | {' | '.join(columns)} |", f"|---|---:|{'---:|' * len(columns)}"]
    total: Counter[str] = Counter()
    for name in sorted(table):
        total.update(table[name])
        lines.append(_line(name, table[name], columns))
    return "\n".join([*lines, _line("**all**", total, columns)])


def _line(name: str, counts: Counter[str], columns: Sequence[str]) -> str:
    files = sum(counts[one] for one in OUTCOMES)
    return f"| {name} | {files:,} | {' | '.join(f'{counts[one]:,}' for one in columns)} |"


if __name__ == "__main__":
    main()
