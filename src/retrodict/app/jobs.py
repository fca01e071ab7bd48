"""One audit of the app, from the files to the report: what is known of it, kept as a JSON file in its folder."""

from __future__ import annotations

import secrets
from datetime import UTC, datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator

from retrodict.app.names import stored_name
from retrodict.plain_text import shown

What = Literal["model", "tables", "audit", "strip"]
State = Literal["waiting", "running", "done", "failed", "stopped", "cut_off"]
"""Of one piece of work; `cut_off` where the app ended before it did."""

TITLES = {"train": "training rows", "holdout": "held-out rows"}


class _Kept(BaseModel):
    model_config = ConfigDict(extra="forbid", validate_assignment=True)


class Upload(_Kept):
    """A file from outside.

    Parameters
    ----------
    name
        As it is shown.
    stored
        Its made name in the folder of the audit.
    size, sha256
        Of its bytes.
    """

    name: str
    stored: str
    size: int
    sha256: str

    @field_validator("stored")
    @classmethod
    def _made_here(cls, name: str) -> str:
        if stored_name(name) != name:
            raise ValueError(f"'{shown(name)}' is no name that the app makes")
        return name


class Work(_Kept):
    """One piece of work on an audit.

    Parameters
    ----------
    state
        How far it is.
    line
        What is done now, or what ended it.
    step, steps
        Of how many parts it is at which; 0 where that is not known.
    begun, ended
        Seconds since the epoch.
    """

    state: State
    line: str = ""
    step: int = 0
    steps: int = 0
    begun: float | None = None
    ended: float | None = None

    @property
    def at_work(self) -> bool:
        """Whether it is under way or waits for its turn."""
        return self.state in ("waiting", "running")


class ModelSeen(_Kept):
    """What a model file tells of itself.

    Parameters
    ----------
    kind
        ``classifier``, ``regressor``, or empty for what gives no predictions that can be judged.
    family, format
        Of the model and of its file.
    columns
        What it takes, by name; the first of many.
    width
        How many columns it takes.
    named
        Whether the names are its own.
    classes, target
        What it tells apart (the first of many), and what it calls it.
    facts, personal, unknown
        How many facts of its training data the file states, how many of them are of one row, and of how many that is
        not known.
    unread
        Parts that no reader knows.
    warnings
        Doubts that reading it raised.
    """

    kind: str
    family: str
    format: str
    columns: list[str]
    width: int
    named: bool
    classes: list[str]
    target: str
    facts: int
    personal: int
    unknown: int
    unread: list[str]
    warnings: list[str]


class Doubt(_Kept):
    """Why a model file was not opened: it is a pickle, or holds types that are not known to be safe."""

    pickle: bool
    types: list[str]


class TableSeen(_Kept):
    """A table as it was read: how many rows, how many columns, and which of them the model does not know."""

    rows: int
    width: int
    others: list[str]


class TablesSeen(_Kept):
    """All tables of an audit, read beside the model: the target's column, doubts, and what does not fit."""

    tables: dict[str, TableSeen]
    target: str | None
    warnings: list[str]
    fault: str | None


class Job(_Kept):
    """One audit.

    Parameters
    ----------
    format
        Of the file that it is kept in.
    id
        Names its folder and its pages.
    made
        When, in the time of the machine.
    model, train, holdout, appetite
        Files from outside.
    profile
        The risk appetite's name; of no meaning where there is an appetite file.
    quick
        A first look.
    target
        The target's column as the user named it; empty where it is to be found.
    trust_pickle, trusted
        What the user accepted of the model file.
    seen, doubt, tables_seen
        What was found in the files.
    verdict, verdict_after
        Of the model and of its stripped copy; empty where there is none yet.
    works
        What was begun on it.
    """

    format: Literal[1] = 1
    id: Annotated[str, Field(pattern=r"^[0-9a-f]{16}$")] = Field(default_factory=lambda: secrets.token_hex(8))
    made: str = Field(default_factory=lambda: datetime.now(UTC).astimezone().isoformat(" ", "minutes"))
    model: Upload
    train: Upload | None = None
    holdout: Upload | None = None
    appetite: Upload | None = None
    profile: str = "default"
    quick: bool = True
    target: str = ""
    trust_pickle: bool = False
    trusted: list[str] = []
    seen: ModelSeen | None = None
    doubt: Doubt | None = None
    tables_seen: TablesSeen | None = None
    verdict: str = ""
    verdict_after: str = ""
    works: dict[What, Work] = {}

    @property
    def uploads(self) -> dict[str, Upload]:
        """Files from outside by what they are."""
        files = {"model": self.model, "train": self.train, "holdout": self.holdout, "appetite": self.appetite}
        return {what: one for what, one in files.items() if one is not None}

    @property
    def stripped(self) -> str:
        """What the stripped copy is called in the folder of the audit."""
        stem, _, ending = self.model.stored.rpartition(".")
        # a pickle or a file of scikit-learn is written as skops, whatever it was called
        ending = "skops" if ending in ("pkl", "pickle", "joblib", "bin", "gz") else ending
        return stored_name(f"{stem}_stripped.{ending}", [one.stored for one in self.uploads.values()])

    def state(self, what: What) -> State | None:
        """Return how far a piece of work is; ``None`` where it was not begun."""
        return self.works[what].state if what in self.works else None

    @property
    def audited(self) -> bool:
        """Whether there is a report, which is of the files as they are."""
        return self.state("audit") == "done" or "strip" in self.works

    @property
    def at_work(self) -> What | None:
        """The piece of work that is under way or waits."""
        return next((what for what, one in self.works.items() if one.at_work), None)

    def plain(self) -> dict[str, Any]:
        """Return plain data."""
        return self.model_dump(mode="json")
