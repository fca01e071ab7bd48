"""From what a user names to the place that is meant."""

from __future__ import annotations

import re
from pathlib import Path
from urllib.parse import unquote, urlsplit

from retrodict.results.store.contract import Store
from retrodict.results.store.folder import FolderStore
from retrodict.results.store.remote import RemoteStore

_ADDRESS = re.compile(r"[A-Za-z][A-Za-z0-9+.-]+(://|::)")


def is_address(out: str | Path) -> bool:
    """Tell whether a place is named by an address, as ``s3://bucket/folder``, and not by a path."""
    return isinstance(out, str) and _ADDRESS.match(out) is not None


def store_of(out: str | Path) -> Store:
    """Return the place that is meant by a path or an address; nothing is made or asked for yet."""
    if not is_address(out):
        return FolderStore(Path(out))
    address = str(out)
    if address.startswith("file://"):
        return FolderStore(Path(unquote(urlsplit(address).path)))
    return RemoteStore(address.rstrip("/"))
