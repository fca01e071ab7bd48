"""What predictions of LightGBM's models do not need."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from inspect import signature
from typing import Any

import lightgbm
from lightgbm.basic import Booster

from retrodict.families.lightgbm.booster import booster_of, rewrite, text_of
from retrodict.families.lightgbm.columns import Columns, columns_of
from retrodict.families.lightgbm.stated.settings import needed
from retrodict.families.lightgbm.text.model_text import ModelText
from retrodict.sanitizing.plan import Change, Plan, Trim

UNKNOWN = "[-inf:inf]"
"""Stands for the range of a column; the library reads none of it to predict."""

_FIELDS = {
    "trees[*].leaf_count": (("leaf_count", "internal_count"), "how many rows reached every node"),
    "trees[*].leaf_weight": (("leaf_weight", "internal_weight"), "sums of hessians over the rows of every node"),
    "trees[*].internal_value": (("internal_value",), "what inner nodes would have put out: sums over their rows"),
    "trees[*].split_gain": (("split_gain",), "what every split gained: sums over the rows of both sides"),
    "trees[*].shrinkage": (("shrinkage",), "the learning rate"),
}
_SECTIONS = {
    "feature_infos": "smallest and largest value of every column, and its codes by how frequent they were",
    "monotone_constraints": "how training was constrained",
    "parameters": "how training was set: seeds, shares of rows drawn, rates, penalties, names of files",
    "parser": "how the training file was read",
}
_LEAVES = (
    "predictions are sums of leaf values, and each is a sum over the training rows of its leaf: enough of them "
    "determine the training table, and only another model is rid of them"
)
_SPLITS = "rows are sent by them; most lie midway between two neighbouring values of the training rows"
_KEPT_SETTINGS = "the likelihood, linear leaves and the kinds of columns are read from these"


@dataclass
class Draft:
    """A booster's text as it was, and which parts of it are to be blank."""

    booster: Booster
    text: ModelText
    kinds: Columns
    blank: set[str] = field(default_factory=set)

    @classmethod
    def of(cls, booster: Booster) -> Draft:
        """Return the draft of a booster as it stands."""
        text = text_of(booster)
        return cls(booster, text, columns_of(text))

    def set(self, part: str, blank: bool) -> None:
        """Blank a part, or put it back; the booster holds the text that is then left."""
        (self.blank.add if blank else self.blank.discard)(part)
        rewrite(self.booster, bare(self.text, self.kinds, self.blank))


@dataclass
class _Blanking(Change):
    """A part of a booster's text that is made blank."""

    def make(self) -> None:
        self.new.set(self.name, True)

    def unmake(self) -> None:
        self.new.set(self.name, False)


def bare(text: ModelText, kinds: Columns, parts: set[str]) -> ModelText:
    """Return a text without some of its parts.

    Parameters
    ----------
    text
        The model.
    kinds
        Of its columns: what tells which they are stays readable.
    parts
        Keys of what can be taken out.
    """
    gone = {name for path, (names, _) in _FIELDS.items() if path in parts for name in names}
    rate = {"shrinkage": b"1"} if "shrinkage" in gone else {}
    trees = tuple(
        replace(tree, fields={name: value for name, value in tree.fields.items() if name not in gone} | rate)
        for tree in text.trees
    )
    header = dict(text.header)
    if "feature_infos" in parts:
        header["feature_infos"] = " ".join(_blank_info(i, kinds) for i in range(len(text.names))).encode()
    if "monotone_constraints" in parts:
        header.pop("monotone_constraints", None)
    parameters = needed(text, kinds) if "parameters" in parts else text.parameters
    return replace(
        text, trees=trees, header=header, parameters=parameters, parser="" if "parser" in parts else text.parser
    )


def _blank_info(i: int, kinds: Columns) -> str:
    """Return what stands for a column: of one with a list, what shows that the list is its own."""
    if i not in kinds.lists:
        return UNKNOWN
    return f"[0:{len(kinds.lists[i]) - 1}]" if i in kinds.ordered else "none"


def trims() -> Mapping[type, Callable[[Any, Trim], None]]:
    """Return what is taken from each of the library's types, wherever it stands in a model."""
    estimators = (lightgbm.LGBMClassifier, lightgbm.LGBMRegressor, lightgbm.LGBMRanker, lightgbm.LGBMModel)
    return {**dict.fromkeys(estimators, _estimator), Booster: _booster}


def plan_of(made: Any) -> Plan:
    """Return what can be taken out of a booster or an estimator, and what stays."""
    plan = Plan()
    if isinstance(made, Booster):
        _booster(made, Trim(plan, ""))
    else:
        _estimator(made, Trim(plan, ""))
        _booster(booster_of(made), Trim(plan, "_Booster"))
    return plan


def _booster(booster: Any, trim: Trim) -> None:
    """Take out what the text says beyond what rows are sent by, and what leaves put out."""
    draft = Draft.of(booster)
    text = draft.text
    for path, (names, what) in _FIELDS.items():
        if any(_says(tree.fields.get(name, b""), name) for tree in text.trees for name in names):
            trim.plan.changes.append(_Blanking(trim.at(path), what, booster, path, draft))
    for path, what in _SECTIONS.items():
        if _differs(text, draft.kinds, path):
            trim.plan.changes.append(_Blanking(trim.at(path), what, booster, path, draft))
    trim.put(booster, "params", {}, "the settings of training", "params")
    if vars(booster).get("best_score"):
        trim.put(booster, "best_score", {}, "losses of the best round")
    trim.keep("trees[*].leaf_value", _LEAVES)
    trim.keep("trees[*].threshold", _SPLITS)
    if any(tree.linear for tree in text.trees):
        trim.keep("trees[*].leaf_coeff", "leaves are linear in columns, fitted to the training rows of each")
    if text.categories:
        trim.keep("pandas_categorical", "the codes of a row's categories are looked up in these lists")
    trim.keep("feature_names", "a table's columns are matched to them")
    if needed(text, draft.kinds):
        trim.keep("objective", _KEPT_SETTINGS)
    if booster.best_iteration > 0:
        trim.keep("best_iteration", "predictions use the rounds up to it")


def _says(value: bytes, name: str) -> bool:
    """Whether a field says something: it is not all zeros, or, of a rate, not one."""
    return bool(value.translate(None, b"0 -.")) and not (name == "shrinkage" and value == b"1")


def _differs(text: ModelText, kinds: Columns, part: str) -> bool:
    other = bare(text, kinds, {part})
    return (other.header, other.parameters, other.parser) != (text.header, text.parameters, text.parser)


def _estimator(estimator: Any, trim: Trim) -> None:
    """Take out losses and settings; what stays of these is what they are by default."""
    for name in ("_evals_result", "_best_score"):
        if vars(estimator).get(name):
            trim.put(estimator, name, {}, "losses, round by round, on the tables that training was given")
    known = next(base for base in type(estimator).__mro__ if base in trims())
    for name, one in signature(known).parameters.items():
        usual = name in _NOT_SETTINGS or one.default is one.empty
        if not usual and name in vars(estimator) and vars(estimator)[name] != one.default:
            trim.put(estimator, name, one.default, "how training was set", "get_params()")
    quiet = {name: value for name, value in estimator._other_params.items() if name in ("verbose", "verbosity")}
    if quiet != estimator._other_params:
        trim.put(estimator, "_other_params", quiet, "how training was set", "get_params()")
        for name in estimator._other_params.keys() - quiet.keys():
            trim.drop(estimator, name, "how training was set")
    if vars(estimator).get("_class_weight") is not None:
        trim.put(estimator, "_class_weight", None, "weights of classes")
    if isinstance(estimator, lightgbm.LGBMClassifier):
        trim.keep("classes_", "predictions are these labels")


_NOT_SETTINGS = frozenset({"boosting_type", "objective", "n_jobs", "importance_type", "args", "kwargs", "kw"})
"""Arguments of an estimator that say how it predicts, or nothing."""
