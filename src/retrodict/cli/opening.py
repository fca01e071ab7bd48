"""Open what a user names: a model file, with its audit in one line."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from retrodict.plain_text import shown

if TYPE_CHECKING:
    from retrodict.models import FileAudit, Model


def open_model(
    path: Path,
    trust: list[str] | None,
    trust_pickle: bool,
    schema: Path | None = None,
    noise_scale: float | None = None,
    error_rate: float | None = None,
    link_slope: float | None = None,
) -> Model:
    """Load a model file with the settings of the command line.

    Raises
    ------
    RetrodictError
        As `load_model` and `load_schema`.
    """
    from retrodict.models import load_model
    from retrodict.schema import load_schema

    return load_model(
        path,
        schema=None if schema is None else load_schema(schema),
        noise_scale=noise_scale,
        error_rate=error_rate,
        link_slope=link_slope,
        trusted=trust or (),
        trust_pickle=trust_pickle,
    )


def file_line(path: Path, model: Model) -> str:
    """Say in one line what was checked before a model's file was read."""
    from retrodict.models.contract import about

    return audit_line(path, about(model).audit)


def audit_line(path: Path, audit: FileAudit | None) -> str:
    """Say in one line what was checked before a model file was read."""
    from retrodict.families.sklearn.open.releases import differs, installed

    if audit is None:
        return f"{path}: not read from a file"
    head = f"{path}: {audit.size:,} bytes, sha256 {audit.sha256[:12]}"
    if differs(audit.written_by):
        head += f", written by {audit.written_by} and read by {installed()}"
    if audit.format == "pickle":
        return f"{head}; a pickle, which can run any code" + (
            ": read because you trust it" if not audit.refused else ": refused"
        )
    if not audit.untrusted:
        return f"{head}; skops audit: nothing untrusted"
    parts = [
        f"{words}: {_few(names)}"
        for words, names in (
            ("checked and accepted", audit.reviewed),
            ("trusted by you", audit.trusted),
            ("refused", audit.refused),
        )
        if names
    ]
    return f"{head}; skops audit: {'; '.join(parts)}"


_MOST_NAMED = 12
"""Types that a line names: a file may hold thousands."""


def _few(names: tuple[str, ...]) -> str:
    more = f" and {len(names) - _MOST_NAMED:,} more" if len(names) > _MOST_NAMED else ""
    return ", ".join(shown(name, 100) for name in names[:_MOST_NAMED]) + more
