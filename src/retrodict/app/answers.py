"""Pages from their templates: what files from outside brought along is escaped, and nothing in it acts."""

from __future__ import annotations

from functools import cache
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from starlette.responses import HTMLResponse

from retrodict.app.limits import in_bytes
from retrodict.plain_text import plain_lines, shown


@cache
def _templates() -> Environment:
    made = Environment(
        loader=PackageLoader("retrodict.app"), autoescape=True, undefined=StrictUndefined, trim_blocks=True
    )
    made.filters["shown"] = shown
    made.filters["bytes"] = in_bytes
    return made


def page(template: str, status: int = 200, **values: Any) -> HTMLResponse:
    """Return a page.

    Parameters
    ----------
    template
        Its file.
    status
        Of HTTP.
    values
        What the template shows.
    """
    text = plain_lines(_templates().get_template(template).render(**values))
    return HTMLResponse(text, status)


def refused(line: str, status: int, back: str | None = None) -> HTMLResponse:
    """Return what is shown instead of a page that is refused.

    Parameters
    ----------
    line
        Why, and what helps.
    status
        Of HTTP.
    back
        The page to go on from, for who was let in.
    """
    return page("refused.html.j2", status, line=line, back=back)
