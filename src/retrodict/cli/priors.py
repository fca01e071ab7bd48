"""What a prior says of each feature, as draws of it show."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from retrodict.cli.printing import print_each, print_line, print_table

if TYPE_CHECKING:
    from pathlib import Path

    import pandas as pd

    from retrodict.priors.contract import Prior
    from retrodict.schema import Feature

_LISTED = 8
"""Values of a feature that are printed for people."""


def drawn(prior: Prior, rows: int, seed: int) -> pd.DataFrame:
    """Return rows of a prior under the features' own names."""
    import numpy as np

    return prior.schema.decode(prior.sample(rows, np.random.default_rng(seed)))


def document(prior: Prior, frame: pd.DataFrame) -> dict[str, Any]:
    """Return what JSON says of a prior and of the rows that were drawn of it."""
    from retrodict.priors.contract import class_shares
    from retrodict.reconstruction.provenance import describe
    from retrodict.results.json_values import plain

    shares = class_shares(prior)
    return {
        "prior": plain(describe(prior)),
        "schema": prior.schema.to_dict(),
        "class_shares": None if shares is None else {str(label): float(share) for label, share in shares.items()},
        "rows": len(frame),
        "features": [_told(feature, frame[feature.name]) for feature in prior.schema.features],
    }


def print_prior(prior: Prior, frame: pd.DataFrame, what: str, out: Path | None) -> None:
    """Print a prior, one line a feature, and where `what` was written of it."""
    lines = [_line(_told(feature, frame[feature.name])) for feature in prior.schema.features]
    print_table(f"{len(frame):,} draws", ["feature", "kind", "5%", "median", "95%", "shares", "missing"], lines)
    print_each(prior.notes)
    if out is not None:
        print_line(f"{what}: {out}")


def _told(feature: Feature, column: pd.Series[Any]) -> dict[str, Any]:
    present = column.dropna()
    told: dict[str, Any] = {"feature": feature.name, "kind": feature.kind, "missing": float(column.isna().mean())}
    if feature.listed:
        counts = present.value_counts(normalize=True)
        return {**told, "shares": {str(value): float(counts.get(value, 0.0)) for value in feature.categories}}
    low, median, high = (float(value) for value in present.astype(float).quantile([0.05, 0.5, 0.95]))
    return {**told, "low": low, "median": median, "high": high}


def _line(told: dict[str, Any]) -> list[str]:
    numbers = [f"{told[name]:.4g}" if name in told else "" for name in ("low", "median", "high")]
    shares = sorted(told.get("shares", {}).items(), key=lambda item: -item[1])
    shown = ", ".join(f"{value} {share:.1%}" for value, share in shares[:_LISTED])
    missing = f"{told['missing']:.1%}" if told["missing"] else ""
    return [told["feature"], told["kind"], *numbers, shown + (", ..." if len(shares) > _LISTED else ""), missing]
