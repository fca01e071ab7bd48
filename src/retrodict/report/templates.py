"""Pages from their templates."""

from __future__ import annotations

from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined


def page_of(template: str, **values: Any) -> str:
    """Return a page: what is put into one is escaped, and a name that nothing was given for is an error."""
    pages = Environment(
        loader=PackageLoader("retrodict.report"), autoescape=True, undefined=StrictUndefined, trim_blocks=True
    )
    return pages.get_template(template).render(**values)
