"""What is checked before a model file is read."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class FileAudit:
    """The check of one model file, made before anything in it was built.

    Parameters
    ----------
    format
        What its family calls the kind of file: `skops`, `pickle` ...
    sha256
        Hash of the file's bytes, hexadecimal.
    size
        Bytes.
    untrusted
        Types in the file that are not known to be safe to build, as dotted names; none where a file holds numbers and
        texts alone. A pickle can't be listed without running it: it has ``("any code",)``.
    reviewed
        Those of them that retrodict accepts by itself: a library's plain holders of data, and what is checked.
    trusted
        Those of them that the user accepted.
    written_by
        The release that wrote the model, as far as the file says (`scikit-learn 1.3.0`); ``None`` where it does not.
    read_by
        The release that reads it here, where that is another one and outputs may differ; else ``None``.
    """

    format: str
    sha256: str
    size: int
    untrusted: tuple[str, ...] = ()
    reviewed: tuple[str, ...] = ()
    trusted: tuple[str, ...] = ()
    written_by: str | None = None
    read_by: str | None = None

    @property
    def refused(self) -> tuple[str, ...]:
        """The untrusted types that nobody accepted; empty for every model that was loaded."""
        return tuple(name for name in self.untrusted if name not in {*self.reviewed, *self.trusted})
