"""A sanitised model, as a result that prints itself and is written in one step."""

from __future__ import annotations

import pickle
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd

from retrodict.disclosures import Disclosures, Unread
from retrodict.disclosures.result import GROUPS, cells
from retrodict.errors import RunError
from retrodict.models import Model
from retrodict.plain_text import shown
from retrodict.results.folder import write_file
from retrodict.results.result import Result, ShownTable
from retrodict.sanitizing.capability import Strippable
from retrodict.sanitizing.defended import Defended
from retrodict.sanitizing.plan import Kept, Removed
from retrodict.sanitizing.rounding import Rounding


@dataclass(frozen=True, eq=False, repr=False)
class Sanitized(Result):
    """A model without the facts that prediction does not need; its file is the model's, which `load_model` opens.

    Parameters
    ----------
    model
        The copy.
    removed
        What was taken out, and where.
    kept
        What stays, and why.
    unjudged
        Parts of which nothing is known of what predictions need: they stay whole, whatever they state.
    rows
        Of the battery on which outputs were compared.
    outputs
        The methods that were compared.
    identical
        Whether every output is bit for bit that of the model: on the battery before split points were rounded, and
        after that on the rows that `rounding` tells.
    before, after
        What the model and the copy state about the training data.
    seed
        Of the battery.
    rounding
        What rounding split points did; ``None`` where that was not asked for.
    defence
        What was done to leaf values, and what that changes in predictions; ``None`` where nothing was asked for. All
        that is said of equal outputs is then said of the defended model.
    """

    model: Model
    removed: tuple[Removed, ...]
    kept: tuple[Kept, ...]
    unjudged: tuple[Unread, ...]
    rows: int
    outputs: tuple[str, ...]
    identical: bool
    before: Disclosures = field(repr=False)
    after: Disclosures = field(repr=False)
    seed: int = 0
    rounding: Rounding | None = None
    defence: Defended | None = None

    @property
    def comparison(self) -> pd.DataFrame:
        """Facts before and after, group by group, and how many of them concern single rows."""
        lines = []
        for group, members in GROUPS:
            sides = [[fact for fact in found if isinstance(fact, members)] for found in (self.before, self.after)]
            if any(sides):
                counts = [value for side in sides for value in (len(side), sum(fact.personal is True for fact in side))]
                lines.append([group, *counts])
        columns = ["group", "before", "before on single rows", "after", "after on single rows"]
        return pd.DataFrame(lines, columns=columns)

    def content(self) -> dict[str, Any]:
        """Return what it says but for the model itself: facts in short, as `retrodict inspect` prints them."""
        return {
            "family": self.model.family,
            "fingerprint": self.model.fingerprint,
            "identical": self.identical,
            "battery": {"rows": self.rows, "outputs": self.outputs, "seed": self.seed},
            "removed": [asdict(entry) for entry in self.removed],
            "kept": [asdict(entry) for entry in self.kept],
            "unjudged": self.unjudged,
            "comparison": self.comparison,
            **({} if self.rounding is None else {"rounding": asdict(self.rounding)}),
            **({} if self.defence is None else {"defence": asdict(self.defence)}),
            "before": _facts(self.before),
            "after": _facts(self.after),
        }

    def save(self, path: str | Path, *, as_pickle: bool = False) -> Path:
        """Write the model to a file, in one step; the same model and seed give the same bytes.

        Parameters
        ----------
        path
            Of the file.
        as_pickle
            Write a pickle, which whoever reads it must trust, instead of its family's own kind of file.

        Raises
        ------
        RunError
            If the model holds what can't be written.
        RequestError
            If the file can't be written.
        """
        path = Path(path)
        write_file(path, self.model_bytes(as_pickle=as_pickle))
        return path

    def model_bytes(self, *, as_pickle: bool = False) -> bytes:
        """Return the bytes of the file that `save` writes.

        Parameters
        ----------
        as_pickle
            As `save` takes it.

        Raises
        ------
        RunError
            If the model holds what can't be written.
        """
        try:
            if isinstance(self.model, Strippable):
                return self.model.written(as_pickle=as_pickle)
            return pickle.dumps(self.model) if as_pickle else _no_form(self.model)
        except Exception as error:  # steps that are functions of the user's fail in many ways
            raise RunError(f"the {self.model.family} can't be written: {type(error).__name__}: {error}") from error

    def tables(self) -> list[ShownTable]:
        """Return facts before and after."""
        heads = ["group", "before", "(single rows)", "after", "(single rows) "]
        frame = self.comparison.set_axis(heads, axis="columns")
        title = "Facts that the file states"
        return [ShownTable(frame, title, floats=None, index=False, left=("group",))] if len(frame) else []

    def remarks(self) -> list[str]:
        """Return what was not judged, taken out and kept."""
        return [
            *(f"not judged: {_told(entry)}" for entry in self.unjudged),
            *(f"removed: {entry.path}{_times(entry)}: {entry.what}" for entry in self.removed),
            *(f"kept: {entry.path}: {entry.why}" for entry in self.kept),
            *([] if self.rounding is None else [_moved(self.rounding)]),
            *([] if self.defence is None else [f"defended: {self.defence.sentence}", _NO_GUARANTEE]),
        ]

    def to_frame(self) -> pd.DataFrame:
        """Return how many facts are stated before and after, group by group."""
        return self.comparison

    @property
    def head(self) -> str:
        """What it is, in one line."""
        told = "bit for bit the same" if self.identical else "NOT the same"
        than = "" if self.defence is None else " as of the defended model, whose predictions are others than before"
        return (
            f"Sanitized {self.model.family}: {len(self.before)} disclosures before, {len(self.after)} after; "
            f"{', '.join(self.outputs)} {told}{than} on {self.rows:,} rows"
        )


_NO_GUARANTEE = (
    "the training table may still follow from what is left: nothing guarantees that it does not; rebuild it from the "
    "copy (retrodict rebuild), or audit both (--audit), to see"
)


def _moved(told: Rounding) -> str:
    return (
        f"split points: {told.moved:,} of {told.points:,} moved to rounder numbers; outputs checked on {told.rows:,} "
        f"{told.source} rows, and may differ on others"
    )


def _no_form(model: Model) -> bytes:
    raise TypeError(f"no form of file is known for a {type(model).__name__}; write a pickle (as_pickle=True)")


def _told(entry: Unread) -> str:
    return f"{shown(entry.type)} at {shown(entry.path) or 'the model itself'}: {entry.reason}"


def _times(entry: Removed) -> str:
    return f" ({entry.count:,} places)" if entry.count > 1 else ""


def _facts(found: Disclosures) -> list[dict[str, Any]]:
    lines = []
    for fact in found:
        kind, features, values, source = cells(fact)
        lines.append(
            {"kind": kind, "features": features, "values": values, "source": source, "personal": fact.personal}
        )
    return lines
