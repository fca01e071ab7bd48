"""The first page lists all others, for those who read them where there is no navigation."""

from __future__ import annotations

from tests.docs.pages import PAGES, ROOT

DOCS = ROOT / "docs"


def test_the_first_page_lists_all_others() -> None:
    listed = (DOCS / "index.md").read_text(encoding="utf-8")
    pages = [page for page in (*PAGES, *DOCS.glob("notebooks/*.ipynb")) if page.is_relative_to(DOCS)]
    names = {page.relative_to(DOCS).as_posix() for page in pages} - {"index.md"}
    assert {name for name in names if f"]({name})" not in listed} == set()
