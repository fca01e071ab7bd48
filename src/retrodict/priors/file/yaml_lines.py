"""YAML with the line and the text of every entry."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from retrodict.errors import PriorError
from retrodict.plain_text import one_line
from retrodict.schema.yaml_text import Loader

Key = tuple[str, ...]

_MOST_ENTRIES = 200_000  # aliases can make a small file stand for billions


@dataclass(frozen=True)
class Document:
    """A YAML file: its data and where each entry stands.

    Parameters
    ----------
    name
        The file, as the user gave it.
    data
        A mapping.
    lines
        Path of keys as text (list positions included) -> line, counted from 1.
    texts
        Path -> the text of a value, as it is written: a number's digits say how far it was rounded.
    """

    name: str
    data: dict[Any, Any]
    lines: dict[Key, int]
    texts: dict[Key, str]

    def written(self, path: tuple[Any, ...]) -> dict[Key, str]:
        """Return the texts of an entry's values, by their paths within it."""
        key = tuple(str(part) for part in path)
        return {own[len(key) :]: text for own, text in self.texts.items() if own[: len(key)] == key}

    def line(self, path: tuple[Any, ...]) -> int:
        """Return the line of an entry, or of the nearest one above it that is known."""
        key = tuple(str(part) for part in path)
        while key not in self.lines and key:
            key = key[:-1]
        return self.lines.get(key, 1)


def read_document(path: str | Path) -> Document:
    """Read a YAML file that holds a mapping.

    Parameters
    ----------
    path
        The file; only plain YAML is constructed, a tag that asks for an object is refused.

    Raises
    ------
    PriorError
        If the file is absent, can't be read, is empty, no YAML, no mapping, or gives a key twice.
    """
    name = str(path)
    try:
        text = Path(path).read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        raise PriorError(f"prior file '{name}' does not exist; check the path") from None
    except (OSError, UnicodeDecodeError) as error:
        said = error.strerror if isinstance(error, OSError) else "it is not UTF-8 text"
        raise PriorError(f"prior file '{name}' can't be read: {said}; give a YAML file") from error
    try:
        loader = Loader(text)
    except yaml.YAMLError as error:  # a character that no YAML holds
        raise PriorError(f"{name}: not plain YAML: {one_line(error)}") from error
    try:
        node = loader.get_single_node()
        if node is None:
            raise PriorError(f"{name} is empty; it needs 'features:', see the docs of prior files")
        if not isinstance(node, yaml.MappingNode):
            raise PriorError(f"{name}, line 1: a mapping with 'features:' was expected, got {_kind(node)}")
        lines: dict[Key, int] = {(): 1}
        texts: dict[Key, str] = {}
        _walk(loader, node, (), lines, texts, name, set())
        data = loader.construct_document(node)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        where = f", line {mark.line + 1}" if mark else ""
        raise PriorError(f"{name}{where}: not plain YAML: {one_line(error.problem)}") from error
    except PriorError:
        raise
    except (yaml.YAMLError, RecursionError, ValueError) as error:
        raise PriorError(f"{name}: not plain YAML: {one_line(error)}") from error
    finally:
        loader.dispose()
    return Document(name, data, lines, texts)


def _walk(
    loader: yaml.SafeLoader,
    node: yaml.Node,
    path: Key,
    lines: dict[Key, int],
    texts: dict[Key, str],
    name: str,
    above: set[int],
) -> None:
    if id(node) in above:
        raise PriorError(f"{name}, line {node.start_mark.line + 1}: an alias refers to itself; write it out")
    if len(lines) > _MOST_ENTRIES:
        raise PriorError(f"{name} has more than {_MOST_ENTRIES:,} entries; shorten it")
    above = above | {id(node)}
    if isinstance(node, yaml.ScalarNode):
        texts[path] = node.value
    elif isinstance(node, yaml.SequenceNode):
        for position, item in enumerate(node.value):
            lines[(*path, str(position))] = item.start_mark.line + 1
            _walk(loader, item, (*path, str(position)), lines, texts, name, above)
    elif isinstance(node, yaml.MappingNode):
        for key_node, value in node.value:
            line = key_node.start_mark.line + 1
            if not isinstance(key_node, yaml.ScalarNode):
                raise PriorError(f"{name}, line {line}: a key must be a name or number, got {_kind(key_node)}")
            key = str(loader.construct_object(key_node))
            if (*path, key) in lines:
                raise PriorError(
                    f"{name}, line {line}: '{key}' stands twice, first in line {lines[(*path, key)]}; keep one"
                )
            lines[(*path, key)] = line
            _walk(loader, value, (*path, key), lines, texts, name, above)


def _kind(node: yaml.Node) -> str:
    if isinstance(node, yaml.SequenceNode):
        return "a list"
    return "a mapping" if isinstance(node, yaml.MappingNode) else f"'{node.value}'"
