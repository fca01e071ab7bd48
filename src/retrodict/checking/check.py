"""What a model would store or expose, by its settings alone, before any data is touched."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from pathlib import Path
from typing import Any

from retrodict.checking.advisers import advisers, made_by_name, named, parts_of
from retrodict.checking.evidence import of_rule
from retrodict.checking.result import ORDER, Check, Checked
from retrodict.checking.rules import OUTPUTS, Part, Planned, Rule
from retrodict.checking.settings_file import read_settings_file
from retrodict.checking.settings_text import as_code
from retrodict.errors import RequestError
from retrodict.models.family import Trust
from retrodict.models.opening import opened_of
from retrodict.plain_text import shown
from retrodict.results.arguments import check_count
from retrodict.results.notes import Note

_SHOWN = 2
"""Settings at their defaults that are named as deciding; all that were stated are."""

_NAMED = 6
"""Settings that no rule looks at and that are named; of more the number."""

_FILES = (".yaml", ".yml", ".json", ".skops", ".pkl", ".pickle", ".joblib", ".ubj", ".txt", ".cbm", ".onnx", ".model")
"""Endings by which a text that names no file is taken for a file that is not there."""


def check(
    model: Any,
    settings: Mapping[str, Any] | None = None,
    *,
    rows: int | None = None,
    columns: int | None = None,
    trusted: Collection[str] = (),
    trust_pickle: bool = False,
) -> Check:
    """Say what a model with these settings will store in its file or expose by its outputs, before it is trained.

    Parameters
    ----------
    model
        An unfitted estimator or pipeline, or its class; the name of one (`RandomForestClassifier`, `XGBClassifier`); a
        settings file (YAML or JSON: `estimator`, `settings`, `rows`, `columns`); a model file or a fitted estimator,
        whose settings are read. Nothing is imported that a family's own list does not name.
    settings
        With a name or a class: its settings; those that are left out are at the library's defaults.
    rows, columns
        Of the table that it will be trained on, if they are known.
    trusted, trust_pickle
        For a model file: as in `load_model`.

    Returns
    -------
    Check
        Rules that fired, worst first, each with what lowers it and what was measured; rules that did not; and what no
        rule covers, which is not known to be safe. It prints itself.

    Raises
    ------
    RequestError
        If a name or a setting is not known, or a file gives none.
    MissingExtraError
        If the estimator's library is not installed.
    UnsafeFileError, ModelError
        Of a model file, as in `load_model`.
    """
    made, rows, columns = _given(model, settings, rows, columns, Trust(tuple(trusted), trust_pickle))
    rows = None if rows is None else check_count(rows, "the number of rows")
    columns = None if columns is None else check_count(columns, "the number of columns")
    found = list(parts_of(made))
    parts = [one for one in found if isinstance(one, Part)]
    rules = [one for part in parts for one in _held(Planned(part, rows, columns))]
    rules.sort(
        # the worst first; of those alike what will be so, then what another setting lowers
        key=lambda one: (not one.fired, -ORDER.index(one.judged), one.answer != "yes", not one.lowered)
    )
    left = [one for one in found if isinstance(one, Note)]
    left += [note for part in parts for note in _left(part)]
    left.append(
        Note(
            "measure_not_covered",
            "what a reconstruction brings back (rows rebuilt from the file or drawn by query), lift, and what can be "
            "inferred of known rows: an audit measures them",
        )
    )
    notes = [] if rows is not None and columns is not None else [_size_note(rows, columns)]
    return Check(_title(made), rows, columns, tuple(rules), tuple(left), tuple(notes))


def _size_note(rows: int | None, columns: int | None) -> Note:
    lacking = " and ".join(name for name, n in (("rows", rows), ("columns", columns)) if n is None)
    text = f"how many {lacking} there will be is not known: some rules then say 'may'; say so (--rows, --columns)"
    return Note("size_not_known", text, lacking=lacking)


def _title(made: Any) -> str:
    return made.estimator if isinstance(made, Part) else shown(type(made).__name__)


def _given(
    model: Any, settings: Mapping[str, Any] | None, rows: int | None, columns: int | None, trust: Trust
) -> tuple[Any, int | None, int | None]:
    """Return an estimator, and how many rows and columns are known of its table."""
    if isinstance(model, type):
        model = model.__name__
    by_name = isinstance(model, str) and not _is_file(model)
    if by_name:
        return made_by_name(str(model), settings or {}), rows, columns
    if isinstance(model, str | Path):
        if settings:
            raise RequestError(f"'{shown(model)}' is a file, which has its own settings; leave out those beside it")
        data = read_settings_file(Path(model))
        if data is not None:
            name, own = named(data, ("rows", "columns"))
            rows = data.get("rows") if rows is None else rows
            columns = data.get("columns") if columns is None else columns
            return made_by_name(name, own), rows, columns
        model = opened_of(model, trust).object
    elif settings:
        raise RequestError("settings are for an estimator's name; of an estimator, set them on itself")
    width = getattr(model, "n_features_in_", None) if columns is None else columns
    return model, rows, width if isinstance(width, int) and width > 0 else columns  # 0: the library does not know


def _is_file(text: str) -> bool:
    """Whether a text names a file; a bare word that also is an estimator's name is that estimator."""
    if any(text in one.names() for _, one in advisers()):
        return False
    try:
        return bool(text) and (Path(text).exists() or "/" in text or "\\" in text or text.lower().endswith(_FILES))
    except (OSError, ValueError):  # no path can be that
        return False


def _held(planned: Planned) -> Iterator[Checked]:
    """Yield each rule that is about a part, held against it."""
    part = planned.part
    for rule in _advice_of(part).RULES:
        if part.estimator in rule.estimators:
            yield Checked(
                rule=rule.code,
                estimator=part.estimator,
                path=part.path,
                measure=rule.measure,
                severity=rule.severity,
                answer=rule.when(planned),
                says=rule.says,
                settings=as_code(part.settings, _deciding(rule, part)),
                remedy=rule.remedy or _remedy(rule),
                lowered=as_code(rule.lowered) or _instead(rule),
                evidence=of_rule(part.family, rule.code),
            )


def _deciding(rule: Rule, part: Part) -> list[str]:
    """Return the settings that a rule looks at: the first, and all that were stated."""
    return [name for at, name in enumerate(rule.looks_at) if at < _SHOWN or name in part.stated]


def _remedy(rule: Rule) -> str:
    return f"train with {as_code(rule.lowered)}" if rule.lowered else f"train {_instead(rule)}" if rule.instead else ""


def _instead(rule: Rule) -> str:
    return " + ".join(f"{name}({as_code(settings)})" for name, settings in rule.instead)


def _advice_of(part: Part) -> Any:
    return next(one for family, one in advisers() if family.rpartition(".")[2] == part.family)


def _left(part: Part) -> Iterator[Note]:
    """Yield what no rule covers of a part."""
    advice = _advice_of(part)
    where = f" ({part.path})" if part.path else ""
    own = {"part": part.path, "estimator": part.estimator}
    if part.doubt:
        yield Note("not_covered", f"{part.estimator}{where}: {part.doubt}", **own)
    about = [rule for rule in advice.RULES if part.estimator in rule.estimators]
    if part.estimator not in advice.REVIEWED:
        said = ", ".join(sorted({rule.measure for rule in about}))
        beyond = f"beyond {said}, nothing is said of it" if said else "no rule is known of it: nothing is said of it"
        yield Note("not_covered", f"{part.estimator}{where}: {beyond}", **own)
        return
    looked = {name for rule in about for name in rule.looks_at} | advice.NEUTRAL
    if names := sorted(part.stated - looked):
        said = ", ".join(as_code(part.settings, [name]) for name in names[:_NAMED])
        more = f" and {len(names) - _NAMED:,} more" if len(names) > _NAMED else ""
        text = f"{part.estimator}{where}: no rule looks at {said}{more}"
        yield Note("setting_not_covered", text, settings=names, **own)
    if part.predicts and not any(rule.measure == OUTPUTS for rule in about):
        text = f"{part.estimator}{where}: no rule says how far its outputs tell who was in the training table"
        yield Note("measure_not_covered", text, measure=OUTPUTS, **own)
