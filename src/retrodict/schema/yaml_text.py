"""YAML by the rules of 1.2 where those of 1.1 surprise, for reading and for writing."""

from __future__ import annotations

import re
from typing import Any

import yaml

_NATURAL = r"(?:0|[1-9][0-9]*)"  # 01 and 007 are codes, and stay text

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
        return loader.get_single_data()
    finally:
        loader.dispose()


def write_yaml(data: Any) -> str:
    """Return plain data as YAML text, in the order it has."""
    return yaml.dump(data, Dumper=Dumper, sort_keys=False, allow_unicode=True, width=120, default_flow_style=None)
