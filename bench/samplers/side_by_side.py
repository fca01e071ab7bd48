"""retrodict beside other samplers on the same posteriors: calls and seconds an effective draw, and the evidence.

    python -m bench.samplers.side_by_side [--target T ...] [--sampler S ...] [--limit S] [--results FILE] [--write]

Each run is kept in `--results` as soon as it is there, so that the whole can be made in pieces.
"""

from __future__ import annotations

import argparse
import os

from retrodict.threads import ONE_THREAD

os.environ.update(ONE_THREAD)  # before numpy is imported: seconds are one core's

from bench.document import write_section
from bench.kept_results import Results, take_results
from bench.samplers.measuring import DONE, run_once
from bench.samplers.pages import PAGE, sections
from bench.samplers.registry import PEERS, installed, runs, settings
from bench.samplers.targets import TARGETS

MOST = 1_000
"""More runs than any sampler has."""


def measure(kept: Results, word: str, samplers: list[str], limit: float, most: int) -> None:
    """Run on one target what is not kept yet, at most so often; what did not end in time is not run again on it."""
    target = TARGETS[word]()
    about = {"name": target.name, "log_evidence": target.log_evidence, "truth": target.truth.round(9).tolist()}
    kept.get(word, lambda: about)
    for sampler in samplers:
        for setting, draw in settings(sampler).items():
            for seed in range(min(runs(sampler, setting, word), most)):
                name = f"{word}|{sampler}|{setting}|{seed}"
                record = kept.get(name, lambda draw=draw, seed=seed: run_once(target, draw, seed, limit))
                if record["status"] != DONE:
                    break


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--target", action="append", choices=TARGETS, help="by default all")
    parser.add_argument("--sampler", action="append", choices=PEERS, help="by default all that are installed")
    parser.add_argument("--limit", type=float, default=45.0, help="seconds of one core that a run may take")
    parser.add_argument("--runs", type=int, default=MOST, help="of a sampler on a target at most")
    take_results(parser)
    chosen = parser.parse_args()
    kept = Results(chosen.results)
    for word in chosen.target or TARGETS:
        measure(kept, word, chosen.sampler or installed(), chosen.limit, chosen.runs)
    if chosen.write:
        for name, text in sections(kept.records).items():
            write_section(PAGE, name, text)


if __name__ == "__main__":
    main()
