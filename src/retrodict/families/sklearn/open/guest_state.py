"""Parts of other families in skops files: built without a word of the user where their family vouches for them.

The file `in_skops` of a family names the types and checks what each is built from. Here it is made sure that the check
sees all of it: such a part is built in the one way in which skops writes it, from plain values, from other parts that
are vouched for, and from nothing else.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable, Iterable, Mapping
from functools import cache
from typing import Any

from skops.io._audit import Node

from retrodict.errors import ModelError
from retrodict.families.sklearn.structure.guests import family_of_name
from retrodict.models.family import part

_OBJECT = "ObjectNode"

_PLAIN: Mapping[str, frozenset[str]] = {
    "JsonNode": frozenset(),  # it builds numbers, texts and None, whatever it is called
    "DictNode": frozenset({"builtins.dict", "collections.OrderedDict"}),
    "DefaultDictNode": frozenset({"collections.defaultdict"}),
    "ListNode": frozenset({"builtins.list"}),
    "TupleNode": frozenset({"builtins.tuple"}),
    "BytesNode": frozenset({"builtins.bytes"}),
    "BytearrayNode": frozenset({"builtins.bytearray"}),
    # types of keys, which are called with a text, and of what a dictionary holds if nothing else was said
    "TypeNode": frozenset(
        {f"builtins.{name}" for name in ("bool", "dict", "float", "int", "list", "str")}
        | {f"numpy.{name}" for name in ("bool_", "float32", "float64", "int32", "int64", "str_", "bool")}
        | {"collections.OrderedDict"}
    ),
    _OBJECT: frozenset({"sklearn.preprocessing._label.LabelEncoder"}),
}
"""The nodes of skops that a part may be made of, and what each may build; arrays were checked before."""

_MODULES = ("numpy",)
"""Whose arrays and scalars are plain values."""


def check_of(name: str) -> Callable[[dict[str, Any]], str | None] | None:
    """Return what checks the state of a type by its dotted name; ``None`` where no family vouches for it.

    Parameters
    ----------
    name
        Dotted name of a type.
    """
    family = family_of_name(name)
    file = None if family is None else part(family, "in_skops")
    return None if file is None else file.STATES.get(name)


def safely_built(nodes: Iterable[Any]) -> frozenset[str]:
    """Return the names of vouched types that a file builds as skops writes them, wherever it builds them.

    Parameters
    ----------
    nodes
        All nodes of a file.
    """
    found: dict[str, bool] = {}
    for node in nodes:
        name = _name(node)
        if check_of(name) is not None:
            found[name] = found.get(name, True) and type(node).__name__ == _OBJECT and _is_plain(node, name)
    return frozenset(name for name, sure in found.items() if sure)


def check_guest(node: Any) -> None:
    """Check what a vouched part is built from; whatever it holds was checked before.

    Parameters
    ----------
    node
        Of a part that `safely_built` has told.

    Raises
    ------
    ModelError
        If its family finds that its own library could not follow it.
    """
    name = _name(node)
    check = check_of(name)
    if check is None or type(node).__name__ != _OBJECT or not _is_plain(node, name):
        return  # the user's to trust
    attributes = node.children["attrs"]
    state = None if attributes is None else attributes.construct()
    fault = check(state) if isinstance(state, dict) else "its parts are none"
    if fault is not None:
        raise ModelError(f"a {name.rpartition('.')[2]} that can't be followed ({fault}); save the model again")


def _is_plain(node: Any, name: str) -> bool:
    """Whether a part is made of plain values and vouched parts, and hides nothing that its class does."""
    attributes = node.children["attrs"]
    if attributes is None or type(attributes).__name__ != "DictNode" or _name(attributes) != "builtins.dict":
        return False
    if any(_hides(name, key) for key in attributes.children["content"]):
        return False
    stack, seen = [attributes], set()
    while stack:
        one = stack.pop()
        if id(one) in seen:
            continue
        seen.add(id(one))
        kind, built = type(one).__name__, _name(one)
        if kind == "CachedNode":
            stack.append(one.cached)
        elif kind == _OBJECT and check_of(built) is not None:
            continue  # judged by itself
        elif kind == "NdArrayNode":
            if built.partition(".")[0] not in _MODULES:
                return False
        elif kind not in _PLAIN or (kind != "JsonNode" and built not in _PLAIN[kind]):
            return False
        stack += _children(one)
    return True


@cache
def _hides(name: str, key: str) -> bool:
    """Whether an attribute would stand before a method of its class, or is one that Python itself reads."""
    if key.startswith("__") and key.endswith("__"):
        return True
    module, _, cls = name.rpartition(".")
    try:
        return callable(getattr(getattr(importlib.import_module(module), cls), key, None))
    except (ImportError, AttributeError):  # it can't be built either
        return False


def _children(node: Any) -> list[Any]:
    found: list[Any] = []
    for child in node.children.values():
        inner = child if isinstance(child, list) else list(child.values()) if isinstance(child, dict) else [child]
        found += [one for one in inner if isinstance(one, Node)]
    return found


def _name(node: Any) -> str:
    return f"{node.module_name}.{node.class_name}"
