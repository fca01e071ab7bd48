"""``retrodict demo``: the main job on a bundled real example."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from retrodict.cli import options
from retrodict.cli.grouping import grouped
from retrodict.cli.output import Output
from retrodict.cli.printing import print_line, print_table
from retrodict.cli.stops import stopping

if TYPE_CHECKING:
    from retrodict.demo.demonstration import Demonstration
    from retrodict.demo.judgement import Accuracy


@grouped
def demo(
    output: Output,
    out: Annotated[Path, options.more(options.OUT, "A new folder, or that of an earlier demo.")] = Path(
        "retrodict-demo"
    ),
    seed: options.Seed = 0,
) -> None:
    """Show the main job on a real example: fit a model, forget its data, rebuild rows, compare."""
    from retrodict.demo.demonstration import demonstrate
    from retrodict.results.arguments import check_seed

    check_seed(seed)
    with stopping("the same command starts the demo again"):
        found = demonstrate(out, seed, output.note)
    output.show(found.to_dict(), lambda: _print(found))


def _print(found: Demonstration) -> None:
    seen, about = found.judgement, found.reconstruction.provenance
    print_table(
        f"Accuracy on the {found.holdout_rows} rows held back",
        ["trained on", "accuracy", "95% interval"],
        [
            ["the real rows (base model)", *_cells(seen.base)],
            [f"{found.reconstruction.n_rows:,} rebuilt rows (replica)", *_cells(seen.replica)],
            ["the prior alone (control)", *_cells(seen.control)],
        ],
        right=["accuracy"],
    )
    print_line(f"always the larger class:  {seen.larger_class:.3f}")
    print_line(f"lift, replica - control:  {seen.lift.value:+.3f} ({seen.lift.low:+.3f} to {seen.lift.high:+.3f})")
    print_line(f"replica agrees with base: {seen.agreement:.3f} of the rows held back")
    print_line(
        f"distance to the real rows of each class (mean KS, 0 is the same): rebuilt {seen.distance_rebuilt:.3f}, "
        f"prior alone {seen.distance_prior:.3f}"
    )
    print_line(
        f"cost: {about.queries:,} model calls and {found.seconds[0]:.1f} s to rebuild; {found.seconds[1]:.1f} s in all"
    )
    for report in found.reconstruction.diagnostics:
        print_line(f"class {report.observation}: {report.verdict}")
    picture = f"none: {found.without_picture}" if found.without_picture else str(found.out / "demo.png")
    print_line(f"picture: {picture}    numbers: {found.out / 'demo.json'}")


def _cells(accuracy: Accuracy) -> list[str]:
    return [f"{accuracy.value:.3f}", f"{accuracy.low:.3f} to {accuracy.high:.3f}"]
