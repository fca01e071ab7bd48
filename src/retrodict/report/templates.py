"""Where the templates of pages are found."""

from __future__ import annotations

from jinja2 import Environment, PackageLoader, StrictUndefined


def environment() -> Environment:
    """Return a maker of pages: what is put into one is escaped, and a name that nothing was given for is an error."""
    return Environment(
        loader=PackageLoader("retrodict.report"), autoescape=True, undefined=StrictUndefined, trim_blocks=True
    )
