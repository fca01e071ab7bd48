"""A model from an MLflow folder: the model of its own family, with what the folder says beside it."""

from __future__ import annotations

import copy
from collections.abc import Iterable
from dataclasses import field, is_dataclass, make_dataclass
from functools import cache
from typing import Any

from retrodict.disclosures.capability import Disclosing
from retrodict.disclosures.kinds import Disclosure
from retrodict.disclosures.known_rows import KnownRows
from retrodict.disclosures.unread import Unread, type_name
from retrodict.families.mlflow.folder import Folder
from retrodict.models.contract import Model, own_schema
from retrodict.sanitizing.plan import Plan


def in_folder(model: Model, folder: Folder) -> Model:
    """Return a model with what its folder says beside it. All that it can do, it can do still.

    Parameters
    ----------
    model
        What the family of the file inside makes of it.
    folder
        Read before.
    """
    if not is_dataclass(model):  # the model of a family that is written in another way
        raise TypeError(f"a {type(model).__name__} can't be taken out of an MLflow folder")
    made: Any = object.__new__(_around(type(model)))
    vars(made).update({**vars(model), "folder": folder})
    return made


_TWIN = "_twin"
"""Where a model keeps itself as its own family has it: a plan for its parts may change the model itself."""


def _plain(model: Any) -> Any:
    """Return the model as its own family has it: the same object every time."""
    own = vars(model)
    if _TWIN not in own:
        twin: Any = object.__new__(type(model).__bases__[1])
        vars(twin).update({name: value for name, value in own.items() if name != "folder"})
        own[_TWIN] = twin
    return own[_TWIN]


class _InFolder:
    folder: Folder

    def disclose(self, train: KnownRows | None = None) -> Iterable[Disclosure | Unread]:
        """Return what the model states, and then what its folder does; see `Disclosing`."""
        model = _plain(self)
        if isinstance(model, Disclosing):
            yield from model.disclose(train)
        else:
            yield Unread("", type_name(model), "unknown", "no reader knows this type")
        yield from self.folder.facts(own_schema(model).names, train)

    def __reduce__(self) -> tuple[Any, ...]:
        return in_folder, (_plain(self), self.folder)


class _StrippedInFolder(_InFolder):
    def duplicate(self) -> Any:
        """Return a copy that shares nothing with it; see `Strippable`."""
        return in_folder(_plain(self).duplicate(), copy.deepcopy(self.folder))

    def plan(self) -> Plan:
        """Return what can be taken out of the model, and that the folder is not written again; see `Strippable`."""
        plan = _plain(self).plan()
        self.folder.plan(plan)
        return plan

    def renewed(self) -> Any:
        """Return it after its parts were changed; see `Strippable`."""
        return in_folder(_plain(self).renewed(), self.folder)

    def outputs(self, X: Any) -> Any:
        """Return what the model puts out; see `Strippable`."""
        return _plain(self).outputs(X)

    def written(self, *, as_pickle: bool = False) -> bytes:
        """Return the model's own kind of file, without a folder around it; see `Strippable`."""
        return _plain(self).written(as_pickle=as_pickle)


@cache
def _around(cls: type) -> type:
    """Return a class of models that are those of a class, in a folder."""
    adds = _StrippedInFolder if all(hasattr(cls, name) for name in ("plan", "duplicate", "written")) else _InFolder
    own = ("folder", Folder, field(default=None, repr=False, kw_only=True))
    return make_dataclass(
        cls.__name__, [own], bases=(adds, cls), namespace={"__module__": __name__}, frozen=True, eq=False
    )
