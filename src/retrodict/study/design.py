"""A study's design: a grid, read from YAML, checked before anything runs."""

from __future__ import annotations

import hashlib
import json
import math
import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Any

import yaml
from pydantic import Field, ValidationError, field_validator, model_validator

from retrodict.errors import RequestError
from retrodict.families.sklearn.train.algorithms import check_algorithm, tasks_of
from retrodict.inference.engines import AUTO, ENGINES
from retrodict.plain_text import one_line
from retrodict.schema.yaml_text import read_yaml
from retrodict.study.ladder import check_prior
from retrodict.study.specs import DatasetEntry, Distilling, FileSet, FolderSet, PartShares, Quality, Strict, tagged

MOST_SEEDS, MOST_CELLS = 10_000, 10_000_000
"""Beyond them a slip of the pen is likelier than a plan: at a second each ten million cells take four months."""

_ENGINES = (AUTO, *(name for name, entry in ENGINES.items() if entry.exact and not entry.needs))
"""What may draw in a study: engines that serve every prior of its ladder, exactly; and the choice among all."""

BUILT_IN = ("smoke", "paper", "full")


@dataclass(frozen=True, order=True)
class Cell:
    """One point of the grid.

    Parameters
    ----------
    dataset, algorithm, quality, prior
        Names of the design's axes.
    seed
        Of the split, of the models and of the draws.
    """

    dataset: str
    algorithm: str
    quality: str
    prior: str
    seed: int

    @property
    def key(self) -> str:
        """A readable name, unique in a design."""
        return f"{self.dataset}/{self.algorithm}/{self.quality}/{self.prior}/{self.seed}"


class Design(Strict):
    """Datasets by algorithms by model qualities by priors by seeds, and the settings that all cells share.

    Parameters
    ----------
    name
        Of the study; its file is called by it.
    seed
        All randomness follows from it and a cell's own names.
    datasets
        Tables; see `specs`. Those of a real-valued target meet the algorithms that predict values.
    algorithms
        Names; see `algorithms`.
    qualities
        By name.
    priors
        Names; see `ladder`.
    seeds
        A split of the tables each.
    parts
        Shares of the three disjoint parts.
    max_rows
        Rows of a table that are used, drawn by chance where it has more.
    rows
        Rows reconstructed in each cell, classes in the shares of the public part.
    evaluation_rows
        Rows of either side that divergences are estimated from, at most.
    max_queries
        Model calls that a reconstruction may take; classes that are not reached by then stay without rows.
    distil
        What distilled replicas may cost; by default there are none.
    engine
        That draws; `rejection` is exact.
    """

    name: str = Field(min_length=1, pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]*$")
    seed: int = Field(default=0, ge=0)
    datasets: tuple[DatasetEntry, ...] = Field(min_length=1)
    algorithms: tuple[str, ...] = Field(min_length=1)
    qualities: dict[str, Quality] = Field(default={"full": Quality()}, min_length=1)
    priors: tuple[str, ...] = Field(min_length=1)
    seeds: tuple[int, ...] = Field(default=(0,), min_length=1)
    parts: PartShares = PartShares()
    max_rows: int = Field(default=1_500, ge=60)
    rows: int = Field(default=300, ge=30, le=100_000)
    evaluation_rows: int = Field(default=300, ge=30, le=5_000)
    max_queries: int = Field(default=20_000, ge=300)
    distil: Distilling | None = None
    engine: str = Field(default="rejection", pattern=f"^({'|'.join(_ENGINES)})$")

    @field_validator("datasets", mode="before")
    @classmethod
    def _entries(cls, entries: Any) -> Any:
        return tuple(tagged(entry) for entry in entries) if isinstance(entries, list | tuple) else entries

    @field_validator("seeds", mode="before")
    @classmethod
    def _numbered(cls, seeds: Any) -> Any:
        if not isinstance(seeds, int) or isinstance(seeds, bool):
            return seeds
        if not 0 < seeds <= MOST_SEEDS:
            raise ValueError(f"a number of seeds must be 1 to {MOST_SEEDS:,}, got {seeds}")
        return tuple(range(seeds))

    @field_validator("qualities", mode="before")
    @classmethod
    def _usual(cls, qualities: Any) -> Any:
        return {k: v or {} for k, v in qualities.items()} if isinstance(qualities, dict) else qualities

    @model_validator(mode="after")
    def _known(self) -> Design:
        for name in self.algorithms:
            check_algorithm(name)
        for name in self.priors:
            check_prior(name)
        for name in self.qualities:
            if not re.fullmatch(r"[^/]+", name):
                raise ValueError(f"qualities: '{name}' is no name: it is empty or holds a slash")
        if min(self.seeds) < 0:
            raise ValueError(f"seeds must be at least 0, got {min(self.seeds)}")
        names = [entry.name for entry in self.datasets if not isinstance(entry, FolderSet)]
        axes = {"datasets": names, "algorithms": self.algorithms, "priors": self.priors, "seeds": self.seeds}
        for axis, values in axes.items():
            twice = [value for value, times in Counter(values).items() if times > 1]
            if twice:
                raise ValueError(f"{axis}: '{twice[0]}' stands twice")
        grid = math.prod(map(len, (names, self.algorithms, self.qualities, self.priors, self.seeds)))
        if grid > MOST_CELLS:
            raise ValueError(f"the grid has {grid:,} cells, and a study at most {MOST_CELLS:,}; make several of it")
        return self

    @property
    def digest(self) -> str:
        """The SHA-256 of the design's canonical JSON."""
        text = json.dumps(self.model_dump(mode="json"), sort_keys=True, separators=(",", ":"))
        return hashlib.sha256(text.encode()).hexdigest()

    def cells(self) -> tuple[Cell, ...]:
        """Return the grid's cells, neighbours sharing their table, then their model.

        An algorithm that can't learn a table's kind of target has no cell there. Files are opened to see what kind
        that is.

        Raises
        ------
        RequestError
            If a table can't be read, or an algorithm or a table has no partner.
        """
        from retrodict.study.datasets import singles, task_of

        tasks = {entry.name: task_of(entry) for entry in singles(self.datasets)}
        _check_partners(self, tasks)
        return tuple(
            Cell(dataset, algorithm, quality, prior, seed)
            for dataset, task in tasks.items()
            for seed in self.seeds
            for algorithm in self.algorithms
            if task in tasks_of(algorithm)
            for quality in self.qualities
            for prior in self.priors
        )


def _check_partners(design: Design, tasks: Mapping[str, str]) -> None:
    for dataset, task in tasks.items():
        if not any(task in tasks_of(name) for name in design.algorithms):
            raise RequestError(
                f"dataset '{dataset}' is for {task}, and no algorithm is: {', '.join(design.algorithms)}; add one"
            )
    for name in design.algorithms:
        if not tasks_of(name) & set(tasks.values()):
            only = " or ".join(sorted(tasks_of(name)))
            raise RequestError(f"algorithm '{name}' is for {only}, and no dataset of the design is; leave it out")


def load_design(spec: str | Path) -> Design:
    """Read a design: a built-in one by name, or a YAML file.

    Parameters
    ----------
    spec
        `smoke`, `paper`, `full`, or a path.

    Raises
    ------
    RequestError
        One line that says what is wrong with it.
    """
    if str(spec) in BUILT_IN:
        text, base = files("retrodict.study").joinpath("designs", f"{spec}.yaml").read_text(encoding="utf-8"), Path()
    else:
        path = Path(spec)
        if not path.is_file() and path.suffix not in (".yaml", ".yml"):
            raise RequestError(f"unknown design '{spec}': built in are {', '.join(BUILT_IN)}; or give a YAML file")
        try:
            text, base = path.read_text(encoding="utf-8"), path.parent
        except OSError as error:
            raise RequestError(f"design file '{spec}' can't be read: {error.strerror}; check the path") from error
        except UnicodeDecodeError as error:
            raise RequestError(f"design file '{spec}' can't be read: it is not UTF-8 text") from error
    try:
        data = read_yaml(text)
    except yaml.YAMLError as error:
        raise RequestError(f"design file '{spec}' is no YAML: {one_line(error)}") from error
    if not isinstance(data, dict):
        raise RequestError(f"design file '{spec}' holds no mapping of keys; see retrodict study init")
    if "name" not in data:
        data["name"] = re.sub(r"[^A-Za-z0-9_.-]", "_", Path(spec).stem)
    try:
        design = Design.model_validate(data)
    except ValidationError as error:
        raise RequestError(f"design '{spec}': {_line(error)}") from None
    except RequestError as error:
        raise RequestError(f"design '{spec}': {error}") from None
    return design.model_copy(update={"datasets": tuple(_placed(entry, base) for entry in design.datasets)})


def template() -> str:
    """Return the commented design that `retrodict study init` writes."""
    return files("retrodict.study").joinpath("designs", "template.yaml").read_text(encoding="utf-8")


def _placed(entry: DatasetEntry, base: Path) -> DatasetEntry:
    """Return an entry whose path does not depend on the working directory."""
    if isinstance(entry, FileSet):
        return entry.model_copy(update={"file": (base / entry.file).resolve()})
    if isinstance(entry, FolderSet):
        return entry.model_copy(update={"folder": (base / entry.folder).resolve()})
    return entry


def _line(error: ValidationError) -> str:
    """Return the first of pydantic's complaints in one line, and what is known where a key is not."""
    first = error.errors()[0]
    where = [str(part) for part in first["loc"]]
    if first["type"] == "extra_forbidden":
        nested: dict[str, type[Strict]] = {"qualities": Quality, "parts": PartShares, "distil": Distilling}
        known = nested.get(where[0] if len(where) > 1 else "", Design).model_fields
        at = f" in {'.'.join(where[:-1])}" if len(where) > 1 else ""
        return f"unknown key '{where[-1]}'{at}; known are {', '.join(known)}"
    if first["type"] == "missing":
        return f"'{'.'.join(where)}' is missing; see retrodict study init for an example"
    said = first["msg"].removeprefix("Value error, ")
    given = "" if first["type"] == "value_error" or isinstance(first["input"], dict) else f", got {first['input']!r}"
    return f"{'.'.join(where)}: {said}{given}" if where else said
