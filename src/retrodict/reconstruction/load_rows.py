"""Read rows back whichever verb made them."""

from __future__ import annotations

from pathlib import Path

from retrodict.reconstruction.rebuilt import DOCUMENT, Rebuilt
from retrodict.reconstruction.result import Reconstruction


def load_rows(path: str | Path) -> Reconstruction | Rebuilt:
    """Read the result of `reconstruct` or of `rebuild` back from its folder.

    Raises
    ------
    RequestError
        If the folder holds neither.
    """
    kind = Rebuilt if (Path(path) / DOCUMENT).is_file() else Reconstruction
    return kind.load(path)
