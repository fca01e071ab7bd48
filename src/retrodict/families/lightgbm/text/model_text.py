"""A whole model text: header, trees, and what follows them, each line known or listed."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

from retrodict.families.lightgbm.text.numbers import DamagedTextError, whole_of, wholes
from retrodict.families.lightgbm.text.objective import Objective, read_objective
from retrodict.families.lightgbm.text.tree_text import TreeText, read_tree
from retrodict.models.json_text import read_json

HEADER = (
    *("version", "num_class", "num_tree_per_iteration", "label_index", "max_feature_idx", "objective"),
    *("average_output", "feature_names", "monotone_constraints", "feature_infos", "tree_sizes"),
)
"""Keys of the header, in the order in which they are written."""

_PARAMETER = re.compile(rb"\[([A-Za-z0-9_]{1,100}): (.*)\]")
_NUMBER = r"[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d+)?"
_NUMBERS = re.compile(rf"({_NUMBER}(,{_NUMBER})*|-?inf|nan)?")
_NAMES = frozenset(
    (
        *("objective", "boosting", "metric", "data_sample_strategy", "tree_learner", "device_type", "data", "valid"),
        *("monotone_constraints_method", "forcedsplits_filename", "forcedbins_filename", "interaction_constraints"),
        *("label_column", "weight_column", "group_column", "ignore_column", "categorical_feature"),
        *("parser_config_file", "machine_list_filename", "machines", "gpu_device_id_list", "input_model"),
        *("output_model", "output_result", "initscore_filename", "valid_data_initscores", "snapshot_file"),
        *("convert_model", "convert_model_language", "auc_mu_weights", "feature_contri", "label_gain", "eval_at"),
    )
)
"""Parameters that are texts. A text where it looks for a number ends the library, and the process with it."""
_UNSAFE = re.compile(r'["\\\x00-\x1f]')
"""What the library's own JSON of its parameters can't hold."""
_ENDS = (b"\nend of trees\n", b"\nfeature_importances:\n", b"\nfeature importances:\n")
"""What ends the trees: the first in all but the oldest releases, which go on with the next section."""
_LONGEST = 60
"""Characters of an unknown line that name it."""
_SCALARS = (str, int, float, bool)


@dataclass(frozen=True, eq=False)
class ModelText:
    """A model text, checked.

    Parameters
    ----------
    header
        What stands after each known key.
    names, infos
        The name of every column, and what is said of its values: `[low:high]`, `code:code:...` or `none`.
    objective
        What training minimised; ``None`` where that was the user's own function.
    per_iteration
        Trees of one round: one for each score of a row.
    trees
        All of them, round by round.
    parameters
        How training was set, by the library's names, as text; empty where it is not stated.
    parser
        How the library read the training file, where it says so.
    categories
        The values of pandas' categorical columns, in the table's order; ``None`` where there were none.
    unknown
        What no reader knows of it.
    """

    header: dict[str, bytes] = field(repr=False)
    names: tuple[str, ...]
    infos: tuple[str, ...] = field(repr=False)
    objective: Objective | None
    per_iteration: int
    trees: tuple[TreeText, ...] = field(repr=False)
    parameters: dict[str, str] = field(repr=False)
    parser: str
    categories: tuple[tuple[Any, ...], ...] | None
    unknown: tuple[str, ...]

    @property
    def averaged(self) -> bool:
        """Whether scores are means of trees, not sums (random forests)."""
        return "average_output" in self.header

    @property
    def version(self) -> str:
        """The format's version: v2, v3, v4."""
        return self.header.get("version", b"").decode("utf-8", "replace")

    def number(self, name: str, otherwise: float) -> float:
        """Return a parameter that is a number; the library's default where it is not stated, or is none."""
        try:
            return float(self.parameters[name])
        except (KeyError, ValueError):
            return otherwise

    def flag(self, name: str, otherwise: bool) -> bool:
        """Return a parameter that is a yes or a no; see `number`."""
        return bool(self.number(name, float(otherwise)))


def read_text(content: bytes) -> ModelText:
    """Read and check a model text.

    Parameters
    ----------
    content
        All of it, as UTF-8.

    Raises
    ------
    DamagedTextError
        If the library would not read it, or could not follow it within bounds.
    """
    if b"\r" in content:
        content = content.replace(b"\r\n", b"\n")
    if b"\r" in content or b"\0" in content:
        raise DamagedTextError("characters that no line of text has")
    if not content.startswith(b"tree\n"):
        raise DamagedTextError("another first line than 'tree'")
    first = content.find(b"\nTree=") + 1
    if not first:
        raise DamagedTextError("no trees")
    header, unknown = _header(content[len(b"tree\n") : first])
    ends = [at for end in _ENDS if (at := content.find(end, first)) >= 0]
    last = min(ends, default=len(content)) + 1
    names, infos = _columns(header)
    trees = _trees(content[first:last], header, len(names))
    objective, words = read_objective(header["objective"]) if "objective" in header else (None, ())
    per_iteration = _per_iteration(header, objective, len(trees))
    tail = content[last:].removeprefix(b"end of trees\n")
    parameters, parser, categories, lines = _tail(tail)
    fields = dict.fromkeys(f"tree field '{name}'" for tree in trees for name in tree.unknown)
    return ModelText(
        header=header,
        names=names,
        infos=infos,
        objective=objective,
        per_iteration=per_iteration,
        trees=trees,
        parameters=parameters,
        parser=parser,
        categories=categories,
        unknown=(*unknown, *(f"objective '{word}'" for word in words), *fields, *lines),
    )


def _header(text: bytes) -> tuple[dict[str, bytes], list[str]]:
    header: dict[str, bytes] = {}
    unknown = []
    for line in filter(None, text.split(b"\n")):
        name, _, rest = line.partition(b"=")
        key = name.decode("utf-8", "replace")
        if key in header:
            raise DamagedTextError(f"two lines of {key}")
        if key in HEADER:
            header[key] = rest
        else:
            unknown.append(f"header line '{key[:_LONGEST]}'")
    for key in ("num_class", "label_index", "max_feature_idx", "feature_names", "feature_infos"):
        if key not in header:
            raise DamagedTextError(f"no {key}")
    return header, unknown


def _columns(header: dict[str, bytes]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    try:
        names = tuple(filter(None, header["feature_names"].decode("utf-8").split(" ")))
    except UnicodeDecodeError:
        raise DamagedTextError("feature names that are no text") from None
    infos = tuple(filter(None, header["feature_infos"].decode("utf-8", "replace").split(" ")))
    n = whole_of(header["max_feature_idx"], "max_feature_idx", 0, 2**31 - 2) + 1
    if len(names) != n or len(infos) != n:
        raise DamagedTextError(f"another number of names or infos of columns than {n:,}")
    if len(set(names)) != n:
        raise DamagedTextError("two columns of one name")
    if "monotone_constraints" in header:
        wholes(header["monotone_constraints"], n, "monotone_constraints", -1, 1)
    whole_of(header["label_index"], "label_index", -(2**31) + 1, 2**31 - 1)
    return names, infos


def _trees(text: bytes, header: dict[str, bytes], columns: int) -> tuple[TreeText, ...]:
    blocks = [b"Tree=" + one + b"\n" for one in text.removeprefix(b"Tree=").removesuffix(b"\n").split(b"\nTree=")]
    if "tree_sizes" in header:
        sizes = wholes(header["tree_sizes"], len(blocks), "tree_sizes", 0, len(text))
        if any(len(block) != size for block, size in zip(blocks[:-1], sizes[:-1], strict=True)):
            raise DamagedTextError("tree_sizes that are not those of its trees")
        # the library takes the last one to end where it says, whatever blank lines follow
        if len(blocks[-1].rstrip(b"\n")) > sizes[-1] or len(blocks[-1]) + 1 < sizes[-1]:
            raise DamagedTextError("tree_sizes that are not those of its trees")
    found = []
    for i, block in enumerate(blocks):
        line, _, rest = block.partition(b"\n")
        if whole_of(line.removeprefix(b"Tree="), "number of a tree", 0, len(text)) != i:
            raise DamagedTextError("trees that are not numbered one after the other")
        found.append(read_tree(rest, columns))
    return tuple(found)


def _per_iteration(header: dict[str, bytes], objective: Objective | None, trees: int) -> int:
    classes = whole_of(header["num_class"], "num_class", 1, trees)
    each = whole_of(header.get("num_tree_per_iteration", header["num_class"]), "num_tree_per_iteration", 1, trees)
    if trees % each:
        raise DamagedTextError("a round with fewer trees than num_tree_per_iteration")
    if objective is not None and objective.name != "custom" and {classes, each} != {objective.classes or 1}:
        raise DamagedTextError("other numbers of classes in its header than in its objective")
    return each


def _tail(text: bytes) -> tuple[dict[str, str], str, tuple[tuple[Any, ...], ...] | None, list[str]]:
    """Return the sections after the trees. Importances follow from the trees, and are passed over."""
    parameters: dict[str, str] = {}
    parser: list[str] = []
    unknown: list[str] = []
    categories, section = None, ""
    for line in text.split(b"\n"):
        said = line.decode("utf-8", "replace")
        if said in ("feature_importances:", "feature importances:", "parameters:", "parser:"):
            section = said
        elif said in ("end of parameters", "end of parser"):
            section = ""
        elif section == "parameters:" and (found := _PARAMETER.fullmatch(line)):
            name, value = found[1].decode("ascii"), found[2].decode("utf-8", "replace")
            if _NUMBERS.fullmatch(value) or (name in _NAMES and not _UNSAFE.search(value)):
                parameters[name] = value
            else:
                unknown.append(f"parameter '{name[:_LONGEST]}'")
        elif section == "parser:":
            parser.append(said)
        elif said.startswith("pandas_categorical:"):
            categories = _categories(said.removeprefix("pandas_categorical:"))
            section = ""
        elif not said:
            section = "" if section.startswith("feature") else section
        elif not (section.startswith("feature") and re.fullmatch(r".+=\d+", said)):
            unknown.append(f"line '{said[:_LONGEST]}'")
    return parameters, "\n".join(parser), categories, list(dict.fromkeys(unknown))


def _categories(text: str) -> tuple[tuple[Any, ...], ...] | None:
    try:
        lists = read_json(text)
    except (ValueError, RecursionError):
        raise DamagedTextError("pandas_categorical that is no JSON") from None
    if lists is None:
        return None
    plain = isinstance(lists, list) and all(
        isinstance(one, list) and all(isinstance(value, _SCALARS) and value == value for value in one) for one in lists
    )
    if not plain or any(len({(type(value), value) for value in one}) < len(one) for one in lists):
        raise DamagedTextError("pandas_categorical that is no list of lists of values")
    return tuple(tuple(one) for one in lists)
