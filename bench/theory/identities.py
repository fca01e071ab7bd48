"""The theory in numbers: identity, derivatives, concurrence on random worlds, on paths, on tables, counter-examples.

Run with `uv run python -m bench.theory.identities --data DIR [--write]`; `--write` rewrites the page and its pictures.
"""

from __future__ import annotations

import argparse
import time
from pathlib import Path
from typing import Any

import numpy as np

from bench.document import DOCS, machine, markdown, write_section
from bench.tables import table, take_data
from retrodict.report.theory.pictures import draw_budget, draw_concurrence, draw_paths
from retrodict.theory import (
    EXAMPLES,
    DiscreteWorld,
    concurrence,
    error_budget,
    gradients,
    path,
    random_world,
    table_world,
)
from tests.theory.reference import OF_MODEL, OF_PRIOR, QUANTITIES, automatic, central, relative_error, variables_of

TABLES = ["adult", "car", "german_credit", "heart_statlog", "mushroom", "penguins", "pima", "telco_churn"]


def identity(worlds: int = 1_000) -> str:
    """Return the largest gap of the budget over random worlds, half of them with zeros."""
    rng = np.random.default_rng(0)
    gaps: dict[str, list[float]] = {"none": [], "30 %": []}
    by_class: dict[str, list[float]] = {"none": [], "30 %": []}
    for i in range(worlds):
        kind = "30 %" if i % 2 else "none"
        budget = error_budget(
            random_world(int(rng.integers(1, 201)), int(rng.integers(1, 11)), rng, zeros=0.3 if i % 2 else 0.0)
        )
        gaps[kind].append(abs(budget.gap))
        by_class[kind] += [abs(c.posterior - (c.prior + c.model - c.label)) for c in budget.by_class if c.share > 0]
    rows = [
        [
            kind,
            len(found),
            f"{max(found):.1e}",
            f"{np.median(found):.1e}",
            len(by_class[kind]),
            f"{max(by_class[kind]):.1e}",
        ]
        for kind, found in gaps.items()
    ]
    return markdown(["zeros", "worlds", "largest gap", "median", "classes", "largest gap of a class"], rows)


def derivatives(worlds: int = 200) -> str:
    """Return the largest relative errors of all formulas against two ways of differentiating."""
    rng = np.random.default_rng(1)
    worst: dict[tuple[str, str], list[float]] = {}
    counts = np.zeros(2, dtype=int)
    for _ in range(worlds):
        n, k = int(rng.integers(2, 201)), int(rng.integers(2, 11))
        world = random_world(n, k, rng)
        found = gradients(world)
        for variable in (*OF_PRIOR, *OF_MODEL):
            at = (int(rng.integers(n)),) if variable in OF_PRIOR else (int(rng.integers(n)), int(rng.integers(k)))
            precise = central(world, variable, at)
            for quantity in QUANTITIES:
                if not variables_of(quantity)(variable):
                    continue
                closed = found[quantity, variable]
                errors = [
                    relative_error(closed, automatic(world, quantity, variable)),
                    relative_error(np.asarray(closed[(..., *at)]), np.asarray(precise[quantity])),
                ]
                counts += [closed.size, closed[(..., *at)].size]
                worst.setdefault((quantity, variable), []).append(max(errors))
                worst.setdefault(("automatic", ""), []).append(errors[0])
                worst.setdefault(("central", ""), []).append(errors[1])
    rows = []
    for quantity in QUANTITIES:
        cells = [
            f"{max(worst[quantity, variable]):.0e}" if (quantity, variable) in worst else ""
            for variable in (*OF_PRIOR, *OF_MODEL)
        ]
        rows.append([f"`{quantity}`", *cells])
    text = markdown(["derivative of", *(f"by `{variable}`" for variable in (*OF_PRIOR, *OF_MODEL))], rows)
    return (
        f"{text}\n\n{worlds} random worlds of 2 to 200 states and 2 to 10 classes. Largest relative error of a single "
        f"entry: {max(worst['automatic', '']):.0e} against automatic differentiation ({counts[0]:,} derivatives, in "
        f"double precision), {max(worst['central', '']):.0e} against central differences with 40 digits ({counts[1]:,} "
        "derivatives, one coordinate of each variable in each world)."
    )


def shares(found: list[Any]) -> list[str]:
    """Return mean share of coordinates, of mass and mean cosine, then the share of comparisons without any failure."""
    means = [np.mean([getattr(one, name) for one in found]) for name in ("share", "mass_share", "cosine")]
    whole = np.mean([bool(one.same[one.counted].all()) for one in found])
    return [*(f"{value:.3f}" for value in means), f"{whole:.1%}"]


def random_concurrence(worlds: int = 200) -> tuple[str, str]:
    """Return concurrence by size and error of random worlds; and by class and in raw coordinates."""
    rows, others = [], []
    for states, classes in ((3, 2), (10, 2), (50, 2), (50, 10), (200, 2), (200, 10)):
        for error in (0.1, 1.0, np.inf):
            made = [
                random_world(
                    states,
                    classes,
                    np.random.default_rng([2, states, classes, i]),
                    prior_error=error,
                    model_error=error,
                )
                for i in range(worlds)
            ]
            found = [concurrence(world) for world in made]
            wrong = "independent" if np.isinf(error) else f"{error:g}"
            head = [states, classes, wrong]
            prior, model, accuracy = (
                shares([getattr(one, against) for one in found]) for against in ("prior", "model", "accuracy")
            )
            must = [
                f"{np.mean([getattr(one, against).must_share for one in found]):.3f}" for against in ("prior", "model")
            ]
            rows.append([*head, *prior, must[0], *model, must[1], *accuracy[:3]])
            if error == 1.0:
                each = {
                    against: shares([one for each in found for one in each.by_class if one.against == against])
                    for against in ("prior", "model")
                }
                raw = [concurrence(world, "raw") for world in made]
                own = [f"{np.mean([getattr(one, against).share for one in raw]):.3f}" for against in ("prior", "model")]
                others.append([states, classes, *each["prior"][:3], *each["model"][:3], *own])
    head = ["states", "classes", "error", "prior: coordinates", "mass", "cosine", "worlds without a failure", "forced"]
    head += ["model: coordinates", "mass", "cosine", "worlds without a failure", "forced"]
    head += ["accuracy: coordinates", "mass", "cosine"]
    text = markdown(head, rows, words=3)
    head = ["states", "classes", "prior, one class: coordinates", "mass", "cosine", "model, one class: coordinates"]
    head += ["mass", "cosine", "prior, as they stand: coordinates", "model, as they stand: coordinates"]
    note = f"Means over {worlds} worlds a line."
    return f"{text}\n\n{note}", f"{markdown(head, others, words=2)}\n\n{note} Errors of sd 1."


def paths(worlds: int = 200) -> str:
    """Return how often posterior divergence falls on paths to the truth, and how far coordinates concur there."""
    rows = []
    for setting, keys in (
        ("both wrong", {}),
        ("model exact", {"model_error": 0.0}),
        ("prior exact", {"prior_error": 0.0}),
        ("both independent of the truth", {"prior_error": np.inf, "model_error": np.inf}),
    ):
        for moving in ("prior", "model"):
            if (setting, moving) in (("model exact", "model"), ("prior exact", "prior")):
                continue  # it is there already
            for kind in ("mixture", "geometric"):
                found = [
                    path(random_world(20, 3, np.random.default_rng([3, i]), **keys), moving, kind, 21)
                    for i in range(worlds)
                ]
                own = [getattr(one, f"{moving}_share")[:-1] for one in found]  # at the end the gradient is zero
                rows.append(
                    [
                        setting,
                        moving,
                        kind,
                        f"{np.mean([one.falling_share for one in found]):.3f}",
                        f"{np.mean([one.falling_share == 1 for one in found]):.1%}",
                        f"{np.mean([one.net > 0 for one in found]):.1%}",
                        f"{np.mean(own):.3f}",
                        f"{np.mean([one[0] for one in own]):.3f}",
                        f"{np.mean([one[-1] for one in own]):.3f}",
                    ]
                )
    head = [
        "world",
        "moves to the truth",
        "path",
        "steps on which posterior divergence falls",
        "paths on which it only falls",
    ]
    head += ["paths that end higher", "coordinates that concur", "at the beginning", "at the last step"]
    return (
        f"{markdown(head, rows, words=3)}\n\n{worlds} random worlds of 20 states and 3 classes a line, 20 steps a path."
    )


def counter_examples() -> str:
    """Return the worlds that show where the claim fails."""
    rows = []
    for name, make in EXAMPLES.items():
        world = make()
        found, budget = concurrence(world), error_budget(world)
        ends = [path(world, moving).posterior[-1] for moving in ("prior", "model")]
        failing = [
            f"{int((one.counted & ~one.same).sum())} of {int(one.counted.sum())}"
            for one in (found.prior, found.model, found.accuracy)
        ]
        terms = [f"{abs(getattr(budget, term)):.4f}" for term in ("prior", "model", "label", "posterior")]
        rows.append([f"`{name}`", *terms, *(f"{abs(end):.4f}" for end in ends), *failing])
    head = ["world", "prior", "model", "label", "posterior", "posterior with the true prior", "with the true model"]
    head += ["coordinates that differ: prior", "model", "accuracy"]
    place = EXAMPLES["perfect-model"]()
    line = concurrence(place).prior.failures().iloc[0]
    told = (
        f"In `perfect-model`, raising the prior logit of state {int(line['state'])} changes the prior divergence by "
        f"{line['derivative']:+.4f} and the posterior divergence by {line['posterior']:+.4f} nats a unit; the label "
        f"term changes by {line['label']:+.4f}."
    )
    sharp = EXAMPLES["overconfident"]()
    p = sharp.p_x[:, None] * sharp.p_y_given_x
    of_model, of_truth = (float((p * y_given_x).sum()) for y_given_x in (sharp.q_y_given_x, sharp.p_y_given_x))
    return (
        f"{markdown(head, rows)}\n\n{told} In `overconfident`, the model gives the true label {of_model:.3f} on "
        f"average, the truth itself only {of_truth:.3f}."
    )


def real_tables(data: Path) -> str:
    """Return budgets and concurrence of worlds fitted to real tables."""
    rows = []
    for name in TABLES:
        frame = table(name, data)
        if frame is None:
            continue
        for prior in ("independent", "uniform"):
            for model in ("logistic", "naive_bayes", "tree"):
                fitted = table_world(frame, "target", prior=prior, model=model)
                budget, found = error_budget(fitted.world), concurrence(fitted.world)
                terms = [f"{getattr(budget, term):.4f}" for term in ("prior", "model", "label", "posterior")]
                by_prior, by_model = (
                    [f"{one.share:.3f}", f"{one.mass_share:.3f}", f"{one.cosine:.3f}"]
                    for one in (found.prior, found.model)
                )
                rows.append([name, prior, model, fitted.world.n_states, *terms, *by_prior, *by_model])
    head = ["table", "prior", "model", "states", "prior", "model", "label", "posterior"]
    head += ["prior: coordinates", "mass", "cosine", "model: coordinates", "mass", "cosine"]
    return markdown(head, rows, words=3)


def label_shift(share: float) -> DiscreteWorld:
    """Return the world of two cancelling errors at another class share of the source."""
    world = EXAMPLES["cancelling"]()
    together = world.p_x_given_y * np.array([share, 1 - share])
    x = together.sum(axis=1)
    return DiscreteWorld(world.p_x, world.p_y_given_x, x, together / x[:, None])


def pictures(data: Path) -> None:
    """Draw the pictures of the page."""
    frame = table("penguins", data)
    if frame is not None:
        fitted = table_world(frame, "target", model="naive_bayes").world
        draw_budget(DOCS / "explanation" / "theory_budget.png", error_budget(fitted))
    draw_concurrence(DOCS / "explanation" / "theory_concurrence.png", random_world(60, 3, 7))
    wrong = random_world(20, 3, 11, prior_error=1.0, model_error=1.0)
    exact = random_world(20, 3, 11, prior_error=1.0, model_error=0.0)
    true = random_world(20, 3, 11, prior_error=0.0, model_error=1.0)
    named = [("model also wrong", wrong), ("model exact", exact), ("class shares shifted", label_shift(0.85))]
    others = [("prior also wrong", wrong), ("prior exact", true), ("class shares shifted", label_shift(0.85))]
    draw_paths(
        DOCS / "explanation" / "theory_paths.png",
        [(name, path(world, "prior")) for name, world in named],
        [(name, path(world, "model")) for name, world in others],
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    take_data(parser)
    parser.add_argument("--write", action="store_true")
    chosen = parser.parse_args()
    sections = {
        "identity": identity,
        "derivatives": derivatives,
        "random": random_concurrence,
        "paths": paths,
        "counter-examples": counter_examples,
        "tables": lambda: real_tables(chosen.data),
    }
    for name, make in sections.items():
        started, text = time.perf_counter(), make()
        parts = {"random": text[0], "other": text[1]} if isinstance(text, tuple) else {name: text}
        for part, content in parts.items():
            print(f"{part}, {time.perf_counter() - started:.0f} s\n{content}\n")
            if chosen.write:
                note = f"\n\n{machine('autograd', 'mpmath')}" if part == "derivatives" else ""
                write_section("theory.md", part, content + note)
    if chosen.write:
        pictures(chosen.data)


if __name__ == "__main__":
    main()
