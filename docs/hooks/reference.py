"""The reference: a page for each public name of `retrodict` and of each of its modules, from their docstrings."""

from __future__ import annotations

import importlib
import inspect
from collections.abc import Iterator
from types import ModuleType
from typing import Any

from mkdocs.structure.files import File, Files

MODULES = (
    "priors",
    "models",
    "schema",
    "disclosures",
    "inference",
    "reconstruction",
    "evaluation",
    "budget",
    "sanitizing",
    "auditing",
    "theory",
    "study.design",
    "study.run",
    "study.store",
    "results.notes",
    "errors",
)
"""Modules for those who need more, in the order of the pages."""

FOLDER = "reference"


def public_names(module: ModuleType) -> list[str]:
    """Return what a module offers: what it lists, else what is defined in it."""
    listed = getattr(module, "__all__", None)
    if listed is not None:
        return list(listed)
    own = [name for name, value in vars(module).items() if getattr(value, "__module__", None) == module.__name__]
    return [name for name in own if not name.startswith("_")]


def top_names() -> list[str]:
    """Return the names of `retrodict` itself that are no modules: functions, then classes, each in order."""
    package = importlib.import_module("retrodict")
    values = {name: getattr(package, name) for name in package.__all__}
    functions = sorted(name for name, value in values.items() if inspect.isfunction(value))
    classes = sorted(name for name, value in values.items() if inspect.isclass(value))
    rest = sorted(
        name for name, value in values.items() if not inspect.ismodule(value) and name not in (*functions, *classes)
    )
    return [*functions, *classes, *rest]


def pages() -> Iterator[tuple[str, str, str]]:
    """Yield every page but the first: its path, its title in the navigation, its text."""
    for name in top_names():
        yield f"{FOLDER}/{name}.md", name, f"::: retrodict.{name}\n    options:\n      heading_level: 1\n"
    top = set(top_names())
    for path in MODULES:
        module = importlib.import_module(f"retrodict.{path}")
        names = public_names(module)
        text = [f"# retrodict.{path}\n", (inspect.getdoc(module) or "").split("\n\n")[0] + "\n"]
        also = [name for name in names if name in top]
        if also:
            text.append("Also here: " + ", ".join(f"[`{name}`][retrodict.{name}]" for name in also) + ".\n")
        text += [f"::: retrodict.{path}.{name}\n" for name in names if name not in top]
        yield f"{FOLDER}/{path}.md", f"retrodict.{path}", "\n".join(text)


def first_page() -> str:
    """Return the first page: every name with a line of what it is."""
    package = importlib.import_module("retrodict")
    top = [(name, getattr(package, name)) for name in top_names()]
    functions = [(name, value) for name, value in top if inspect.isfunction(value)]
    others = [(name, value) for name, value in top if not inspect.isfunction(value)]
    text = ["# Reference\n", "What `import retrodict as rd` brings, from the docstrings of the code.\n"]
    for title, rows in (("Functions", functions), ("Results, and what they are about", others)):
        text.append(f"## {title}\n\n| name | what it is |\n| --- | --- |")
        text.append("\n".join(f"| [`rd.{name}`]({name}.md) | {_summary(value)} |" for name, value in rows) + "\n")
    text.append("## Modules\n\n| module | what it is |\n| --- | --- |")
    for path in MODULES:
        module = importlib.import_module(f"retrodict.{path}")
        text.append(f"| [`retrodict.{path}`]({path}.md) | {_summary(module)} |")
    return "\n".join(text) + "\n"


def _summary(value: Any) -> str:
    return " ".join((inspect.getdoc(value) or "").split("\n\n")[0].split()).replace("|", "\\|")


def on_config(config: Any) -> Any:
    """Put the pages into the navigation, under the first."""
    made = [(path, title) for path, title, _ in pages()]
    names = [{title: path} for path, title in made if not title.startswith("retrodict.")]
    modules = [{title: path} for path, title in made if title.startswith("retrodict.")]
    for section in config.nav:
        if "Reference" in section:
            section["Reference"] = [f"{FOLDER}/index.md", {"rd": names}, {"Modules": modules}]
    return config


def on_files(files: Files, config: Any) -> Files:
    """Add the pages."""
    files.append(File.generated(config, f"{FOLDER}/index.md", content=first_page()))
    for path, _, text in pages():
        files.append(File.generated(config, path, content=text))
    return files
