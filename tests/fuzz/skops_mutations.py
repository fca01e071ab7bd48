"""Structural mutations of skops files: each is what one hand could do to one file."""

from __future__ import annotations

import copy
import io
import json
import zipfile
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy import sparse

Array = np.ndarray
Rng = np.random.Generator

_VALUES = (
    *("null", "true", "false", "0", "-1", "1", "3", "2.5", "1e308", "-1e-320", "NaN", "Infinity", "-Infinity"),
    *("1000000000", "9223372036854775807", "4611686018427387904", "18446744073709551616", "9" * 400, "[]", "{}"),
    *(
        '""',
        '"text"',
        '"auto"',
        '"precomputed"',
        '"\\u001b[31mred\\u0007"',
        '"\\u202edesrever"',
        '"' + "x" * 5000 + '"',
    ),
    *("[1, 2]", '{"a": null}', "[" * 50 + "]" * 50),
)
_NUMBERS = (0, 1, -1, 2, 2**31, 2**53, 2**62, -(2**62), 255, 256, 10**9)
_FLOATS = (np.nan, np.inf, -np.inf, 0.0, -1.0, 1e300, 1e-300)
_TYPES = (
    *(("builtins", "dict", "DictNode"), ("builtins", "list", "ListNode"), ("builtins", "tuple", "TupleNode")),
    *(("sklearn.tree._tree", "Tree", "TreeNode"), ("sklearn.tree._tree", "Tree", "ObjectNode")),
    *(("sklearn.tree._tree", "Tree", "LossNode"), ("sklearn.tree._tree", "Tree", "ConstructorFromReduceNode")),
    *(
        ("sklearn.neighbors._kd_tree", "KDTree", "ObjectNode"),
        ("sklearn.neighbors._ball_tree", "BallTree", "ObjectNode"),
    ),
    *(
        ("sklearn.svm._classes", "SVC", "ObjectNode"),
        ("sklearn.linear_model._logistic", "LogisticRegression", "ObjectNode"),
    ),
    *(("numpy", "float64", "TypeNode"), ("numpy", "void", "NdArrayNode"), ("numpy", "dtype", "DTypeNode")),
    *(("os", "system", "FunctionNode"), ("imblearn.pipeline", "Pipeline", "ObjectNode"), ("", "", "")),
    *(("functools", "partial", "PartialNode"), ("builtins", "str", "JsonNode"), ("x\x1b[2J", "y\u202e", "ObjectNode")),
)
_NAMES = ("", "target", "confidence", "a" * 3000, "\x1b[2Jx", "\u202ename", "a\nb", "age", "\ud800")
_RELEASES = ("0.19.2", "1.2.2", "99.0", "pre-0.18", "\x1b[31m", "", "1" * 5000)


@dataclass
class Parts:
    """A skops file taken apart; mutations change it in place."""

    schema: Any
    members: dict[str, bytes]
    text: bytes | None = None

    @classmethod
    def of(cls, content: bytes) -> Parts:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            members = {name: archive.read(name) for name in archive.namelist()}
        return cls(json.loads(members.pop("schema.json")), members)

    def content(self, compressed: bool) -> bytes:
        buffer = io.BytesIO()
        method = zipfile.ZIP_DEFLATED if compressed else zipfile.ZIP_STORED
        with zipfile.ZipFile(buffer, "w", method) as archive:
            for name, member in self.members.items():
                archive.writestr(name, member)
            archive.writestr("schema.json", json.dumps(self.schema).encode() if self.text is None else self.text)
        return buffer.getvalue()

    def nodes(self, test: Callable[[Any], bool] = lambda node: True) -> list[tuple[Any, Any, Any]]:
        """Return (holder, key, node) for every node that fits a test."""
        found, stack = [], [self.schema]
        while stack:
            holder = stack.pop()
            for key, inner in holder.items() if isinstance(holder, dict) else enumerate(holder):
                if isinstance(inner, dict | list):
                    stack.append(inner)
                    if isinstance(inner, dict) and "__loader__" in inner and test(inner):
                        found.append((holder, key, inner))
        return found

    def pick(self, rng: Rng, loader: str | None = None) -> tuple[Any, Any, Any] | None:
        """Return (holder, key, node) at random; the node mostly loses its number, by which it is read elsewhere."""
        found = self.nodes(lambda node: loader is None or node["__loader__"] == loader)
        if not found:
            return None
        holder, key, node = found[rng.integers(len(found))]
        if loader is not None and rng.random() < 0.9:
            node.pop("__id__", None)
        return holder, key, node

    def array(self, node: Any) -> Array | None:
        try:
            return np.load(io.BytesIO(self.members[node["file"]]), allow_pickle=False)
        except Exception:
            return None

    def store(self, node: Any, array: Array) -> None:
        buffer = io.BytesIO()
        np.save(buffer, array, allow_pickle=False)
        node["file"] = f"m{len(self.members)}.npy"
        self.members[node["file"]] = buffer.getvalue()


def mutated(content: bytes, rng: Rng) -> tuple[bytes, str]:
    """Return a file with one to three mutations, and their names."""
    parts, names = Parts.of(content), []
    for _ in range(int(rng.choice([1, 1, 1, 2, 3]))):
        name = str(rng.choice(sorted(MUTATIONS)))
        with suppress(RecursionError):  # of a file that an earlier mutation made too deep to copy
            MUTATIONS[name](parts, rng)
        names.append(name)
    return parts.content(compressed=bool(rng.random() < 0.1)), "+".join(names)


def _value(parts: Parts, rng: Rng) -> None:
    if found := parts.pick(rng, "JsonNode"):
        found[2]["content"] = str(rng.choice(_VALUES))


def _delete(parts: Parts, rng: Rng) -> None:
    if found := parts.pick(rng):
        holder, key, _ = found
        del holder[key]


def _repeat(parts: Parts, rng: Rng) -> None:
    if (found := parts.pick(rng)) and isinstance(found[0], list):
        found[0].extend([found[2]] * int(rng.choice([1, 2, 300])))


def _swap(parts: Parts, rng: Rng) -> None:
    one, other = parts.pick(rng), parts.pick(rng)
    if one and other:
        one[0][one[1]], other[0][other[1]] = copy.deepcopy(other[2]), copy.deepcopy(one[2])


def _retype(parts: Parts, rng: Rng) -> None:
    if found := parts.pick(rng):
        found[2]["__module__"], found[2]["__class__"], found[2]["__loader__"] = _TYPES[rng.integers(len(_TYPES))]


def _shape(parts: Parts, rng: Rng) -> None:
    found = parts.pick(rng, "NdArrayNode")
    array = None if found is None else parts.array(found[2])
    if found is None or array is None:
        return
    ways: list[Callable[[], Array]] = [
        lambda: array.ravel()[:1].reshape(()),
        lambda: array[:0],
        lambda: array.T,
        lambda: array.ravel(),
        lambda: array[None],
        lambda: array[..., :-1],
        lambda: array[: len(array) // 2],
        lambda: np.concatenate([array, array]),
        lambda: np.zeros((0, 0), array.dtype),
        lambda: np.resize(array, (*array.shape, 2)),
        lambda: np.resize(array, 1 + array.size),
        lambda: np.zeros((3, 0, 5), array.dtype),
    ]
    try:
        changed = ways[rng.integers(len(ways))]()
    except (IndexError, ValueError, TypeError):
        return
    parts.store(found[2], changed)


def _dtype(parts: Parts, rng: Rng) -> None:
    found = parts.pick(rng, "NdArrayNode")
    array = None if found is None else parts.array(found[2])
    if found is None or array is None:
        return
    dtype = rng.choice(["f4", "f8", "i1", "i4", "i8", "u8", "?", "c16", "U3", "S2", "M8[D]", "f2", ">f8", ">i8"])
    try:
        changed = array.astype(dtype)
    except (ValueError, TypeError):
        changed = np.zeros(array.shape, dtype)
    parts.store(found[2], changed)


def _elements(parts: Parts, rng: Rng) -> None:
    found = parts.pick(rng, "NdArrayNode")
    array = None if found is None else parts.array(found[2])
    if found is None or array is None or not array.size:
        return
    array = array.copy()
    target = array[str(rng.choice(array.dtype.names))] if array.dtype.names else array
    flat = target.reshape(-1) if target.ndim else target.reshape(1)
    where = rng.integers(flat.size, size=int(rng.choice([1, 1, 3, flat.size])))
    value = rng.choice(_FLOATS) if target.dtype.kind in "fc" else rng.choice(_NUMBERS)
    with np.errstate(all="ignore"):
        try:
            flat[where] = value if target.dtype.kind in "fc" else np.array(value).astype(target.dtype)
        except (ValueError, OverflowError, TypeError):
            return
    if not array.dtype.names:
        array = flat.reshape(array.shape)
    else:
        array[
            next(n for n in array.dtype.names if array[n].dtype == target.dtype and np.shares_memory(array[n], target))
        ] = flat.reshape(target.shape)
    parts.store(found[2], array)


def _header(parts: Parts, rng: Rng) -> None:
    if found := parts.pick(rng, "NdArrayNode"):
        shape = str(
            rng.choice(["()", "(4611686018427387904,)", "(-1,)", "(3, 1000000000)", "(0, 9)", "(1e3,)", "x" * 9])
        )
        dtype = str(rng.choice(["'<f8'", "'|O'", "'<U0'", "'|V0'", "'<i8'", "[('a', '<i8')]", "'x'"]))
        text = f"{{'descr': {dtype}, 'fortran_order': False, 'shape': {shape}, }}".ljust(117) + "\n"
        name = f"m{len(parts.members)}.npy"
        found[2]["file"] = name
        tail = next(iter(parts.members.values()))[128:]
        parts.members[name] = b"\x93NUMPY\x01\x00" + len(text).to_bytes(2, "little") + text.encode() + tail


def _dangling(parts: Parts, rng: Rng) -> None:
    if found := parts.pick(rng, "NdArrayNode"):
        found[2]["file"] = str(rng.choice(["nowhere.npy", "schema.json", *parts.members]))


def _reference(parts: Parts, rng: Rng) -> None:
    one, other = parts.pick(rng), parts.pick(rng)
    if one and other and "__id__" in other[2]:
        plain = {"__class__": other[2]["__class__"], "__module__": other[2]["__module__"], "__id__": other[2]["__id__"]}
        one[0][one[1]] = {**plain, "__loader__": "CachedNode"} if rng.random() < 0.7 else {"__id__": other[2]["__id__"]}


def _cycle(parts: Parts, rng: Rng) -> None:
    if found := parts.pick(rng):
        number = int(rng.integers(1, 10**9))
        holder, key, node = found
        inner = {"__class__": "list", "__module__": "builtins", "__loader__": "CachedNode", "__id__": number}
        holder[key] = _list([node, inner], number)


def _doubling(parts: Parts, rng: Rng) -> None:
    if found := parts.pick(rng):
        holder, key, node = found
        for level in range(int(rng.choice([5, 12, 40]))):
            again = {"__class__": "list", "__module__": "builtins", "__loader__": "CachedNode", "__id__": 10**6 + level}
            node = _list([_list([node], 10**6 + level), again], 2 * 10**6 + level)
        holder[key] = node


def _nest(parts: Parts, rng: Rng) -> None:
    if found := parts.pick(rng):
        holder, key, node = found
        for level in range(int(rng.choice([1, 5, 60, 150]))):
            node = _list([node], 3 * 10**6 + level)
        holder[key] = node


def _list(items: list[Any], number: int) -> Any:
    return {"__class__": "list", "__module__": "builtins", "__loader__": "ListNode", "content": items, "__id__": number}


def _partial(parts: Parts, rng: Rng) -> None:
    if found := parts.pick(rng):
        holder, key, node = found
        nothing = {"__class__": "str", "__module__": "builtins", "__loader__": "JsonNode", "content": "null"}
        function = {"__class__": "check_array", "__module__": "sklearn.utils.validation", "__loader__": "FunctionNode"}
        arguments = {"__class__": "tuple", "__module__": "builtins", "__loader__": "TupleNode", "content": [node]}
        keywords = {"__class__": "dict", "__module__": "builtins", "__loader__": "DictNode", "content": {}}
        keywords["key_types"] = _list([], 0)
        content = {"func": function, "args": arguments, "kwds": keywords, "namespace": nothing}
        holder[key] = {
            "__class__": "partial",
            "__module__": "functools",
            "__loader__": "PartialNode",
            "content": content,
        }


def _release(parts: Parts, rng: Rng) -> None:
    for holder, key, node in parts.nodes(lambda node: node["__loader__"] == "JsonNode"):
        if key == "_sklearn_version":
            node["content"] = json.dumps(str(rng.choice(_RELEASES)))
            del holder
    if rng.random() < 0.3:
        parts.schema["protocol"] = [0, 1, 3, -1, True, "2", None, 2.0][rng.integers(8)]
        parts.schema["_skops_version"] = str(rng.choice(_RELEASES))


def _sparse(parts: Parts, rng: Rng) -> None:
    found = parts.pick(rng, "NdArrayNode")
    array = None if found is None else parts.array(found[2])
    if found is None or array is None or array.ndim != 2 or array.dtype.kind != "f":
        return
    matrix = sparse.csr_matrix(array)
    if matrix.nnz and rng.random() < 0.8:
        target = matrix.indices if rng.random() < 0.5 else matrix.indptr
        target[rng.integers(len(target))] = rng.choice([-1, 10**6, 2**31 - 1, 0])
    buffer = io.BytesIO()
    try:
        shape = np.array(matrix.shape if rng.random() < 0.7 else (len(array), 2**40))
        np.savez(buffer, data=matrix.data, indices=matrix.indices, indptr=matrix.indptr, shape=shape, format=b"csr")
    except ValueError:
        return
    name = f"m{len(parts.members)}.npz"
    parts.members[name] = buffer.getvalue()
    found[2].update({"__class__": "csr_matrix", "__module__": "scipy.sparse._csr", "__loader__": "SparseMatrixNode"})
    found[2].update({"type": "scipy", "file": name})


def _bytes(parts: Parts, rng: Rng) -> None:
    if rng.random() < 0.5:
        text = bytearray(json.dumps(parts.schema).encode() if parts.text is None else parts.text)
        for _ in range(int(rng.choice([1, 3]))):
            text[rng.integers(len(text))] = int(rng.integers(256))
        parts.text = bytes(text)
    elif parts.members:
        name = sorted(parts.members)[rng.integers(len(parts.members))]
        member = bytearray(parts.members[name])
        for _ in range(int(rng.choice([1, 5]))):
            member[rng.integers(len(member))] = int(rng.integers(256))
        parts.members[name] = bytes(member)


def _names(parts: Parts, rng: Rng) -> None:
    texts = parts.nodes(lambda node: node["__loader__"] == "JsonNode" and str(node.get("content", "")).startswith('"'))
    for _ in range(int(rng.choice([1, 2, 4]))):
        if texts:
            texts[rng.integers(len(texts))][2]["content"] = json.dumps(str(rng.choice(_NAMES)))


def _confuse(parts: Parts, rng: Rng) -> None:
    dicts = parts.nodes(lambda node: node["__loader__"] == "DictNode" and len(node.get("content") or ()) > 1)
    if dicts:
        content = dicts[rng.integers(len(dicts))][2]["content"]
        if isinstance(content, dict):
            one, other = rng.choice(sorted(content), 2)
            content[one] = copy.deepcopy(content[other])


MUTATIONS: dict[str, Callable[[Parts, Rng], None]] = {
    "value": _value,
    "value again": _value,
    "delete": _delete,
    "repeat": _repeat,
    "swap": _swap,
    "retype": _retype,
    "shape": _shape,
    "shape again": _shape,
    "dtype": _dtype,
    "elements": _elements,
    "elements again": _elements,
    "header": _header,
    "dangling": _dangling,
    "reference": _reference,
    "cycle": _cycle,
    "doubling": _doubling,
    "nest": _nest,
    "partial": _partial,
    "release": _release,
    "sparse": _sparse,
    "bytes": _bytes,
    "names": _names,
    "confuse": _confuse,
}
"""Every mutation by name; those that find most stand there twice."""
