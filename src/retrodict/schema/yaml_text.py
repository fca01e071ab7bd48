"""YAML by the rules of 1.2 where those of 1.1 surprise, for reading and for writing."""

from __future__ import annotations

import re
from typing import Any

import yaml

_NATURAL = r"(?:0|[1-9][0-9]*)"  # 01 and 007 are codes, and stay text

MOST_ENTRIES = 200_000
"""Entries that aliases may stand for: a few lines of them can stand for billions."""

_SCALARS = (
    ("bool", r"true|True|TRUE|false|False|FALSE", "tTfF"),
    ("int", rf"[-+]?{_NATURAL}", "-+0123456789"),
    ("float", rf"[-+]?(?:\.[0-9]+|{_NATURAL}(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?", "-+.0123456789"),
    ("float", r"[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN)", "-+."),
    ("null", r"~|null|Null|NULL|", "~nN\0"),
)


class Loader(yaml.SafeLoader):
    """Safe YAML in which `yes`, `no`, `on`, dates, clock times and `01` stay text, and `1e3` is a number."""


class Dumper(yaml.SafeDumper):
    """Safe YAML whose text is read back as text, by these rules and by those of 1.1."""


Loader.yaml_implicit_resolvers = {}
for _kind in (Loader, Dumper):
    for _tag, _pattern, _first in _SCALARS:
        _kind.add_implicit_resolver(f"tag:yaml.org,2002:{_tag}", re.compile(f"^(?:{_pattern})$"), [*_first, ""])


def _int(loader: yaml.SafeLoader, node: yaml.ScalarNode) -> int:
    return int(node.value)


def _float(loader: yaml.SafeLoader, node: yaml.ScalarNode) -> float:
    return float(node.value.lower().replace(".inf", "inf").replace(".nan", "nan"))


Loader.add_constructor("tag:yaml.org,2002:int", _int)
Loader.add_constructor("tag:yaml.org,2002:float", _float)


def read_yaml(text: str) -> Any:
    """Return what a YAML text holds.

    Raises
    ------
    yaml.YAMLError
        If it is none.
    """
    loader = Loader(text)
    try:
        node = loader.get_single_node()
        if node is None:
            return None
        if _entries(node, {}) > max(MOST_ENTRIES, len(text)):
            raise yaml.YAMLError(f"its aliases stand for more than {MOST_ENTRIES:,} entries")
        return loader.construct_document(node)
    except RecursionError as error:
        raise yaml.YAMLError("it is nested too deeply, or in itself") from error
    except ValueError as error:  # of a number with more digits than Python reads
        raise yaml.YAMLError(str(error)) from error
    finally:
        loader.dispose()


def _entries(node: yaml.Node, known: dict[int, int]) -> int:
    """Return how many entries a node stands for, aliases written out; refuse keys that stand twice."""
    if id(node) not in known:
        parts: list[yaml.Node] = []
        if isinstance(node, yaml.SequenceNode):
            parts = node.value
        elif isinstance(node, yaml.MappingNode):
            keys = [(key.tag, key.value) for key, _ in node.value if isinstance(key, yaml.ScalarNode)]
            twice = [key for key in keys if keys.count(key) > 1] if len(set(keys)) < len(keys) else []
            if twice:
                raise yaml.YAMLError(f"key '{twice[0][1]}' stands twice")
            parts = [each for pair in node.value for each in pair]
        known[id(node)] = 1 + sum(_entries(each, known) for each in parts)
    return known[id(node)]


def write_yaml(data: Any) -> str:
    """Return plain data as YAML text, in the order it has."""
    return yaml.dump(data, Dumper=Dumper, sort_keys=False, allow_unicode=True, width=120, default_flow_style=None)
