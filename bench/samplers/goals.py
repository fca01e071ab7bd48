"""What was aimed at, and where a peer takes fewer calls: sentences of the page, made of the figures."""

from __future__ import annotations

import numpy as np

from bench.document import markdown
from bench.samplers.matrices import AUTO, Column, Comparison, significant, title
from bench.samplers.registry import OURS

GOALS = ((1e-3, 1.0, "sbi, slices", 100.0), (0.0, 1e-5, "pocoMC", 5.0), (0.0, 1e-5, "nautilus", 5.0))
"""Least and most evidence, the peer, and how many times fewer calls were aimed at."""


def times_fewer(found: Comparison, word: str, column: Column) -> float:
    """Return the peer's calls an effective draw over ours; NaN where either has none."""
    each = found.found[word]
    ours, peer = each.get(AUTO), each.get(column)
    return (
        np.nan if ours is None or peer is None or not (ours.done and peer.done) else peer.calls_each / ours.calls_each
    )


def goals(found: Comparison) -> str:
    """Return each goal with what was found on each posterior that it is about."""
    rows = []
    for low, high, peer, aim in GOALS:
        for column in (c for c in found.columns if c[0] == peer):
            for word in found.at(low, high):
                if column not in found.found[word]:
                    continue
                times = times_fewer(found, word, column)
                said = significant(times) if np.isfinite(times) else f"over {found.found[word][column].seconds:.0f} s"
                met = ("yes" if times >= aim else "no") if np.isfinite(times) else ""
                rows.append([title(column), found.names[word], said, f"{aim:.0f}", met])
    return markdown(["peer", "posterior", "times fewer calls with retrodict", "aimed at", "met"], rows, words=2)


def where_peers_win(found: Comparison) -> str:
    """Return a line for each peer and setting: where it takes fewer calls an effective draw than `auto`."""
    lines = []
    for column in found.columns:
        if column[0] == OURS:
            continue
        times = {word: times_fewer(found, word, column) for word in found.found if column in found.found[word]}
        known = {word: value for word, value in times.items() if np.isfinite(value)}
        won = {word: 1 / value for word, value in known.items() if value < 1}
        text = f"- **{title(column)}**: fewer calls on {len(won)} of {len(known)} posteriors"
        if won:
            listed = "; ".join(f"{found.names[w]}: {significant(v)} times" for w, v in won.items())
            text += f" ({listed})"
        if len(times) > len(known):
            text += f"; not done in time on {len(times) - len(known)} more"
        lines.append(text + ".")
    return "\n".join(lines)
