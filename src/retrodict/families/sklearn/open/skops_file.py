"""Read a skops file: measured, then audited, then every part that compiled code unpacks checked, then built."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from skops.io._audit import Node, audit_tree, get_tree
from skops.io._protocol import PROTOCOL
from skops.io._utils import LoadContext

from retrodict.errors import ModelError
from retrodict.families.sklearn.open.array_headers import check_array, check_sparse
from retrodict.families.sklearn.open.file_graph import MOST_SCHEMA, graph_of
from retrodict.families.sklearn.open.guest_state import check_guest, safely_built
from retrodict.families.sklearn.open.neighbor_state import neighbor_fault
from retrodict.families.sklearn.open.reviewed import REVIEWED
from retrodict.families.sklearn.open.tree_state import tree_fault
from retrodict.models.file_members import FREELY_UNPACKED, MOST_RATIO, members_of
from retrodict.plain_text import shown

_SCALARS = frozenset({"numpy.void", "numpy.object_", "numpy.record"})
"""Scalar types of numpy that are made by a length, not from a value."""


@dataclass(frozen=True)
class SkopsFile:
    """A skops file that was measured and can be audited; nothing of it is built yet.

    Parameters
    ----------
    schema
        Its parsed ``schema.json``.
    members
        Its arrays and other members, by name.
    releases
        Releases of scikit-learn that its parts name, in order of appearance.
    skops
        The release of skops that wrote it; empty where it does not say.
    """

    schema: dict[str, Any]
    members: Mapping[str, bytes]
    releases: tuple[str, ...]
    skops: str

    def untrusted(self) -> tuple[str, ...]:
        """Return the types outside skops' own list, sorted; without building any."""
        return tuple(sorted(self._tree(()).get_unsafe_set()))

    def misbuilt(self) -> tuple[str, ...]:
        """Return the reviewed types that the file builds in another way than skops writes them."""
        found = set()
        for node in _nodes(self._tree(())):
            ways = REVIEWED.get(_name(node))
            if ways is not None and type(node).__name__ not in ways:
                found.add(_name(node))
        return tuple(sorted(found))

    def vouched(self) -> frozenset[str]:
        """Return the types of other families that the file builds as skops writes them, and that these vouch for."""
        return safely_built(_nodes(self._tree(())))

    def build(self, trusted: Collection[str]) -> Any:
        """Build what the file describes.

        Parameters
        ----------
        trusted
            Names of accepted types.

        Raises
        ------
        ModelError
            If the state of a part would lead compiled code outside of its arrays.
        """
        tree = self._tree(tuple(trusted))
        audit_tree(tree, trusted=list(trusted))
        for node in _nodes(tree):  # inner ones first: what a check builds was checked
            _check_state(node)
        return tree.construct()

    def _tree(self, trusted: tuple[str, ...]) -> Any:
        context = LoadContext(src=_Members(self.members), protocol=self.schema["protocol"])
        return get_tree(self.schema, context, trusted=list(trusted))


def open_skops(content: bytes) -> SkopsFile:
    """Measure a skops file, and check all its arrays against their headers.

    Parameters
    ----------
    content
        All bytes of the file.

    Raises
    ------
    ModelError
        If it is larger, deeper or more entangled than a model is, or an array is not what its header says.
    """
    members = members_of(content)
    text = members.pop("schema.json")
    if len(text) > MOST_SCHEMA:
        raise ModelError(f"a schema.json of {len(text):,} bytes, and at most {MOST_SCHEMA:,} are read")
    schema = json.loads(text)
    if not isinstance(schema, dict):
        raise ModelError("a schema.json that is no object")
    graph = graph_of(schema)
    protocol = schema.get("protocol")
    if isinstance(protocol, bool) or not isinstance(protocol, int) or protocol < 0:
        raise ModelError(f"the protocol {shown(protocol, 40)}, which is none of skops")
    skops = shown(schema.get("_skops_version", ""), 40)
    if protocol > PROTOCOL:
        raise ModelError(
            f"protocol {protocol} of skops {skops}, newer than the one installed here: install skops {skops}"
        )
    _check_members(schema, members)
    return SkopsFile(schema, members, graph.releases, skops)


class _Members:
    """What skops reads members from, in place of an archive: they were unpacked once, under limits."""

    def __init__(self, members: Mapping[str, bytes]) -> None:
        self._members = members

    def read(self, name: str) -> bytes:
        """Return a member's bytes."""
        return self._members[name]


def _check_members(schema: Any, members: Mapping[str, bytes]) -> None:
    """Check every member that a node reads; a member may be read in several places, but not without end."""
    checked: dict[tuple[str, str], None] = {}
    total, read = sum(map(len, members.values())), 0
    numbers: set[Any] = set()
    stack = [schema]
    while stack:
        thing = stack.pop()
        if isinstance(thing, dict):
            name, loader = thing.get("file"), thing.get("__loader__")
            if isinstance(name, str) and isinstance(loader, str):
                if name not in members:
                    raise ModelError(f"a part whose member '{shown(name, 60)}' is missing")
                number = thing.get("__id__")
                if not number or number not in numbers:  # the second of one number is the first again
                    read += len(members[name])
                numbers.add(number)
                if (loader, name) not in checked:
                    checked[loader, name] = None
                    if loader == "NdArrayNode":
                        check_array(members[name])
                    elif loader == "SparseMatrixNode":
                        check_sparse(members[name], max(FREELY_UNPACKED, MOST_RATIO * len(members[name])))
            stack += thing.values()
        elif isinstance(thing, list):
            stack += thing
    if read > max(FREELY_UNPACKED, 8 * total):
        raise ModelError(f"parts that read {read:,} bytes, over and over, from members of {total:,}")


def _nodes(tree: Any) -> Iterator[Any]:
    """Yield every node once, those inside before those that hold them."""
    seen: set[int] = set()
    stack: list[tuple[Any, bool]] = [(tree, False)]
    while stack:
        node, done = stack.pop()
        if done:
            yield node
            continue
        if id(node) in seen:
            continue
        seen.add(id(node))
        stack.append((node, True))
        stack += [(inner, False) for inner in _children(node)]


def _children(node: Any) -> Iterator[Any]:
    for key, child in node.children.items():
        if key == "constructor":  # of a tree: the class that is called with what is checked
            continue
        inner = child if isinstance(child, list) else list(child.values()) if isinstance(child, dict) else [child]
        yield from (one for one in inner if isinstance(one, Node))
    cached = getattr(node, "cached", None)
    if isinstance(cached, Node):
        yield cached


def _name(node: Any) -> str:
    return f"{node.module_name}.{node.class_name}"


def _check_state(node: Any) -> None:
    """Check what compiled code unpacks when a node is built, from its own parts, built before it."""
    name, fault = _name(node), None
    if type(node).__name__ == "TreeNode":
        fault = tree_fault(node.children["args"].construct(), node.children["attrs"].construct())
    elif name.rpartition(".")[2] in {"KDTree", "BallTree"} and type(node).__name__ == "ObjectNode":
        attributes = node.children["attrs"]
        fault = neighbor_fault(None if attributes is None else attributes.construct(), name.endswith("KDTree"))
    elif type(node).__name__ == "NdArrayNode" and name in _SCALARS:
        raise ModelError(f"a scalar of {name}, whose value would be a length")
    if fault is not None:
        raise damaged(fault)
    check_guest(node)


def damaged(what: str) -> ModelError:
    """Return the error of a part that compiled code can't follow."""
    return ModelError(f"a tree that can't be followed ({what}); save the model again")
