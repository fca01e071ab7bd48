"""Pages from their templates."""

from __future__ import annotations

from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from retrodict.report.glossary import place_of


def page_of(template: str, **values: Any) -> str:
    """Return a page: what is put into one is escaped, and a name that nothing was given for is an error.

    A page that is given a ``glossary`` links the words in it by the filter ``term``.
    """
    pages = Environment(
        loader=PackageLoader("retrodict.report"), autoescape=True, undefined=StrictUndefined, trim_blocks=True
    )
    pages.filters["term"] = _term if "glossary" in values else str
    return pages.get_template(template).render(**values)


def _term(word: str) -> str | Markup:
    """Return a word as a link to its meaning; a word that has none there stays as it is."""
    place = place_of(word)
    return word if place is None else Markup('<a class="term" href="#{}">{}</a>').format(place, word)
