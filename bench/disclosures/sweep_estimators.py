"""What every estimator of scikit-learn keeps of the rows it was fitted on, by value, and what inspecting says of it.

    python -m bench.disclosures.sweep_estimators [NAME ...]

One line an estimator: training rows found in it by value, those that its facts give, values of one column in one array,
the kinds of its facts, and what was not read. The last line counts estimators that keep something that nothing says;
the exit status is one where there are any.
"""

from __future__ import annotations

import sys
import warnings

import sklearn
from threadpoolctl import threadpool_limits

from tests.families.sklearn.disclose.sweep import faults, names, sweep


def main(chosen: list[str]) -> int:
    """Print the table; return how many estimators keep what nothing says."""
    print(f"scikit-learn {sklearn.__version__}")
    print(f"{'estimator':32} {'rows':>5} {'told':>5} {'values':>6}  facts and what was not read")
    silent, unread, keeping, skipped = [], [], [], []
    for name in chosen or names():
        try:
            found = sweep(name)
        except LookupError as error:
            skipped.append(name)
            print(f"{name:32} {error}")
            continue
        silent += [name] if faults(found) else []
        unread += [name] if found.unread else []
        keeping += [name] if found.rows else []
        told = [*sorted(found.kinds), *(one.sentence for one in found.unread), *(f"SILENT: {w}" for w in faults(found))]
        print(f"{name:32} {found.rows:5} {found.told_rows:5} {found.values:6}  {', '.join(told) or 'states nothing'}")
    print(
        f"{len(chosen or names())} estimators, {len(keeping)} keep training rows, {len(unread)} not read "
        f"({', '.join(unread)}), {len(skipped)} not fitted, {len(silent)} keep what nothing says"
    )
    return len(silent)


if __name__ == "__main__":
    warnings.simplefilter("ignore")
    with threadpool_limits(1):
        sys.exit(1 if main(sys.argv[1:]) else 0)
