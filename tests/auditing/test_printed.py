"""What audits print: the verdict and what to do come first, and tables fit 80 columns."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from sklearn.linear_model import LogisticRegression

import retrodict as rd
from retrodict.auditing import AuditComparison, AuditResult
from retrodict.auditing.extraction import from_file
from retrodict.auditing.finding import stated
from retrodict.cli.printing import print_result
from retrodict.errors import PriorError
from retrodict.plain_text import cut
from retrodict.results.notes import Note
from tests.auditing.conftest import COLUMNS, tumours

Alone = tuple[AuditResult, Path]


def test_the_verdict_comes_first_then_why_then_commands_then_what_was_not_tested(alone: Alone) -> None:
    found, _ = alone
    kinds = [line.kind for line in found.said()]
    texts = [line.text for line in found.said()]
    assert texts[0] == f"Audit of Pipeline(StandardScaler, LogisticRegression): {found.verdict}"
    assert texts[1:3] == ["Why:", f"- {found.summary[0]}"]
    places = [texts.index(one) for one in ("What to do next:", "Not tested:", "From the file:")]
    assert places == sorted(places)
    assert [text for text, kind in zip(texts, kinds, strict=True) if kind == "command"] == [
        one.command for one in found.next_actions if one.command
    ]
    assert all(f"- {what}: {why}" in texts for what, why in found.not_tested)


def test_tables_hold_every_finding_the_gravest_first(alone: Alone) -> None:
    found, _ = alone
    tables = found.tables()
    assert sum(len(one.frame) for one in tables) == len(found.findings)
    order = ["reject", "review", "release", "not judged"]
    for one in tables:
        ranks = [order.index(verdict.rstrip("*")) for verdict in one.frame["verdict"]]
        assert ranks == sorted(ranks)


def test_lines_that_may_not_break_fit_80_columns(alone: Alone) -> None:
    found, _ = alone
    both = AuditComparison(found, found)
    assert all(len(line.plain) <= 80 for one in (found, both) for line in one.said() if line.kind == "table")


def test_what_speaks_against_release_without_a_number_is_told_in_words(alone: Alone) -> None:
    odd = stated("from_file", "table_not_searched", "review", "the search was not ended")
    unjudged = replace(odd, measure="confident_rows", verdict=None, sentence="no table was found")
    found = replace(alone[0], findings=(odd, unjudged), not_tested=(("a part", Note("quick", "no time")),))
    lines = repr(found).split("\n")
    assert "  table not searched: the search was not ended" in lines
    assert "  confident rows: no table was found" in lines


def test_a_notebook_shows_commands_and_tables_with_nothing_in_them_that_acts(alone: Alone) -> None:
    found = replace(alone[0], not_tested=(("<b>a part</b>\x07", Note("quick", "no time")),))
    page = found._repr_html_()
    assert page.index("Why:") < page.index("<pre>retrodict audit") < page.index("<table")
    assert "<p>- &lt;b&gt;a part&lt;/b&gt;\\x07: no time</p>" in page


def test_where_a_file_states_no_values_ranges_are_asked_for_and_no_prior() -> None:
    train, _ = tumours()
    model = rd.load_model(LogisticRegression().fit(train[COLUMNS], train["target"]))
    with pytest.raises(PriorError, match=r"give a schema with their min and max \(--schema\)") as caught:
        from_file(model, 50, 0, quick=True)
    assert "give a prior" not in str(caught.value)


def test_sentences_are_broken_on_terminals_alone(
    alone: Alone, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    print_result(alone[0])
    plain = capsys.readouterr().out
    assert plain == f"{alone[0]!r}\n"
    for name, value in (("FORCE_COLOR", "1"), ("COLUMNS", "60"), ("TERM", "xterm")):
        monkeypatch.setenv(name, value)
    monkeypatch.delenv("NO_COLOR", raising=False)
    print_result(alone[0])
    coloured = capsys.readouterr().out
    assert coloured.startswith("\x1b[1;33m" if alone[0].verdict == "review" else "\x1b[1;31m")
    sentences = [line for line in coloured.split("\n") if line.startswith("    - ")]
    assert sentences
    assert max(map(len, sentences)) <= 60


def test_names_are_cut_to_what_a_column_holds() -> None:
    assert cut("abcde", 5) == "abcde"
    assert cut("a\x07bcdef", 5) == "a\\x0…"
