"""The entries of a design: which tables, and how good the models are."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Literal, get_args

from pydantic import BaseModel, ConfigDict, Field, model_validator

Bundled = Literal["iris", "wine", "breast_cancer", "digits", "diabetes", "friedman"]
"""What needs no file: scikit-learn's tables, and its first Friedman function with noise."""


class Strict(BaseModel):
    """Frozen, and with no key that is not known."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class BundledSet(Strict):
    """A table that scikit-learn brings along."""

    bundled: Bundled

    @property
    def name(self) -> str:
        """What cells call it."""
        return self.bundled


class OpenMLSet(Strict):
    """A table of OpenML, fetched once and kept in scikit-learn's cache.

    Parameters
    ----------
    openml
        Its name there.
    version
        Of the table; by default the oldest active one.
    target
        Its column; by default the one that OpenML names.
    """

    openml: str = Field(min_length=1)
    version: int | None = Field(default=None, ge=1)
    target: str | None = None

    @property
    def name(self) -> str:
        """What cells call it."""
        return self.openml.replace("/", "_")


class FileSet(Strict):
    """A Parquet or CSV file.

    Parameters
    ----------
    file
        Its path; a relative one counts from the design file.
    target
        Its column.
    label
        What cells call it; by default the file's name without its ending.
    """

    file: Path
    target: str = "target"
    label: str | None = Field(default=None, min_length=1, pattern=r"^[^/]+$")

    @property
    def name(self) -> str:
        """What cells call it."""
        return self.label or self.file.stem


class FolderSet(Strict):
    """All Parquet and CSV files of a folder that have the target's column.

    Parameters
    ----------
    folder
        Its path; a relative one counts from the design file. Folders inside it are not looked into.
    target
        The column in each file.
    only, without
        Names of files (no endings) to take, or to leave out.
    """

    folder: Path
    target: str = "target"
    only: tuple[str, ...] | None = None
    without: tuple[str, ...] = ()


class WorldSet(Strict):
    """Rows of a discrete world, whose truth is exact.

    Parameters
    ----------
    world
        `random`: features that go together and classes that follow them, drawn with `seed`; or a bundled table of
        classes, whose bins make the world.
    features, bins
        How many features at most, and values of each.
    classes
        Of a random world.
    dependence
        Of a random world: how strongly features go together; 0 is independence.
    rows
        Drawn from it.
    seed
        Of a random world; the rows drawn depend on the cell's seed.
    label
        What cells call it.
    """

    world: Literal["random", "iris", "wine", "breast_cancer", "digits"]
    features: int = Field(default=4, ge=1, le=8)
    bins: int = Field(default=4, ge=2, le=10)
    classes: int = Field(default=3, ge=2, le=10)
    dependence: float = Field(default=1.0, ge=0, le=10)
    rows: int = Field(default=2_000, ge=100, le=1_000_000)
    seed: int = Field(default=0, ge=0)
    label: str | None = Field(default=None, min_length=1, pattern=r"^[^/]+$")

    @model_validator(mode="after")
    def _few_states(self) -> WorldSet:
        if self.bins**self.features > 4_096:
            raise ValueError(f"{self.bins} bins of {self.features} features make more than 4,096 states; take fewer")
        return self

    @property
    def name(self) -> str:
        """What cells call it."""
        return self.label or f"world_{self.world}" + (f"_{self.seed}" if self.world == "random" else "")


SingleSet = BundledSet | OpenMLSet | FileSet | WorldSet
DatasetEntry = SingleSet | FolderSet
KEYS: dict[str, type[Strict]] = {
    "bundled": BundledSet,
    "openml": OpenMLSet,
    "file": FileSet,
    "folder": FolderSet,
    "world": WorldSet,
}
"""What tells the kinds of entry apart."""


class Quality(Strict):
    """How good base models are.

    Parameters
    ----------
    train_fraction
        Share of the training part that they are fitted to.
    label_noise
        Share of its labels that are turned into another class; for regressors the standard deviation of noise added
        to the target, in units of its own.
    capacity
        From 1, the algorithm's usual settings, down to a model that can hardly learn.
    """

    train_fraction: float = Field(default=1.0, gt=0, le=1)
    label_noise: float = Field(default=0.0, ge=0, lt=1)
    capacity: float = Field(default=1.0, gt=0, le=1)


class Distilling(Strict):
    """What a cell's distilled replicas may cost.

    Parameters
    ----------
    rows
        That each is trained on.
    queries
        Calls of the base model for the rows of a prior, and as many for those of what the model file states.
    """

    rows: int = Field(default=600, ge=30, le=100_000)
    queries: int = Field(default=2_400, ge=300, le=10_000_000)


class PartShares(Strict):
    """Shares of a table's rows in three parts that have no row in common.

    Parameters
    ----------
    train
        Base models are fitted to these.
    public
        Priors are fitted to these, and class shares counted in them.
    holdout
        Everything is judged by these.
    """

    train: float = Field(default=0.4, gt=0, lt=1)
    public: float = Field(default=0.3, gt=0, lt=1)
    holdout: float = Field(default=0.3, gt=0, lt=1)

    @model_validator(mode="after")
    def _disjoint(self) -> PartShares:
        total = self.train + self.public + self.holdout
        if total > 1 + 1e-9:
            raise ValueError(f"the shares of train, public and holdout add up to {total:g}, so parts would overlap")
        return self


def tagged(entry: Any) -> Any:
    """Return a dataset's entry as the class that its key tells; a bare word is a bundled table."""
    if isinstance(entry, str):
        known = get_args(Bundled)
        if entry not in known:
            raise ValueError(f"unknown dataset '{entry}'; known by name are {', '.join(known)}, others need a key")
        return BundledSet(bundled=entry)  # type: ignore[arg-type]  # it was checked
    if not isinstance(entry, dict):
        return entry
    found = [key for key in KEYS if key in entry]
    if len(found) != 1:
        said = "both " + " and ".join(found) if found else ", ".join(map(str, entry)) or "nothing"
        raise ValueError(f"a dataset is a bundled name or has one of the keys {', '.join(KEYS)}; got {said}")
    model = KEYS[found[0]]
    unknown = [key for key in entry if key not in model.model_fields]
    if unknown:
        raise ValueError(f"unknown key '{unknown[0]}' beside {found[0]}; known are {', '.join(model.model_fields)}")
    return model.model_validate(entry)
