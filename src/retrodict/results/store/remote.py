"""A place that fsspec reaches by its address: S3 and other object stores, and the rest of its protocols."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from dataclasses import dataclass
from functools import cached_property
from typing import Any, BinaryIO

from retrodict.errors import RequestError, RetrodictError, RunError
from retrodict.extras import extra_for
from retrodict.plain_text import one_line, shown

_WHOLE = {"s3", "s3a", "gs", "gcs", "abfs", "abfss", "az", "adl", "oci", "oss", "r2", "memory"}
"""Protocols of object stores, whose files appear when their last byte has arrived. Elsewhere files get another name
first."""

_REMEDY = "check its name, your right to it, and the settings that its library reads from the environment"


@dataclass(frozen=True)
class RemoteStore:
    """A place named by an address; see `Store`.

    Who may write there, and where the service is, is what the store's own library reads from the environment of the
    process (for S3 ``AWS_ACCESS_KEY_ID``, ``AWS_ENDPOINT_URL`` and so on): nothing of it is kept in a result.

    Parameters
    ----------
    place
        ``s3://bucket/folder`` and the like.
    """

    place: str

    def __reduce__(self) -> tuple[Any, ...]:
        return RemoteStore, (self.place,)  # a connection stays in its process

    def sub(self, name: str) -> RemoteStore:
        """Return the folder of a name inside it."""
        return RemoteStore(f"{self.place}/{name}")

    def make(self) -> None:
        """Check that files can be written there; see `Store.make`."""
        with self._told("written"), suppress(NotImplementedError):
            if not self._whole:
                self._fs.makedirs(self._root, exist_ok=True)
        probe = f"probe-{uuid.uuid4().hex[:8]}"
        self.put(probe, b"")
        self.remove(probe)

    def put(self, name: str, content: bytes) -> None:
        """Write a file in one step; see `Store.put`."""
        with self._told("written"):
            if self._whole:
                self._fs.pipe_file(self._path(name), content)
                return
            fresh = self._path(f".{name}.{uuid.uuid4().hex[:8]}.new")
            self._fs.pipe_file(fresh, content)
            self._fs.mv(fresh, self._path(name))

    def get(self, name: str) -> bytes:
        """Return what a file holds; see `Store.get`."""
        with self._told("read", absent=True):
            return bytes(self._fs.cat_file(self._path(name)))

    @contextmanager
    def open(self, name: str) -> Iterator[BinaryIO]:
        """Return a file to read from; see `Store.open`."""
        with self._told("read", absent=True):
            self._fs.invalidate_cache(self._root)
            file: AbstractContextManager[BinaryIO] = self._fs.open(self._path(name), "rb", cache_type="readahead")
        with file as opened:
            yield opened

    def empty(self) -> bool:
        """Tell whether nothing is there; see `Store.empty`."""
        return not self._listed()

    def sizes(self) -> dict[str, int]:
        """Return the files that are there; see `Store.sizes`."""
        return {name: int(one["size"] or 0) for name, one in self._listed().items() if one["type"] == "file"}

    def _listed(self) -> dict[str, dict[str, Any]]:
        with self._told("read"):
            self._fs.invalidate_cache(self._root)
            try:
                found = self._fs.ls(self._root, detail=True)
            except FileNotFoundError:  # no such folder, which object stores do not have; a bucket is asked for by put
                return {}
        paths = {str(one["name"]).rstrip("/"): one for one in found}
        root = self._root.strip("/")  # some list the folder itself as a file of its own
        return {path.rpartition("/")[2]: one for path, one in paths.items() if path.strip("/") != root}

    def remove(self, name: str) -> None:
        """Take a file away; see `Store.remove`."""
        with self._told("written"), suppress(FileNotFoundError):
            self._fs.rm_file(self._path(name))

    @cached_property
    def _reached(self) -> tuple[Any, str]:
        with extra_for(f"a result at '{shown(self.place)}'"):
            import fsspec  # type: ignore[import-untyped]
        try:
            fs, root = fsspec.core.url_to_fs(self.place)
        except ImportError as error:  # which names the package
            raise RequestError(f"'{shown(self.place)}' can't be reached: {one_line(error, 200)}") from error
        except ValueError as error:
            raise RequestError(
                f"'{shown(self.place)}' is no place that fsspec knows: {one_line(error, 200)}"
            ) from error
        except Exception as error:
            raise _trouble(self.place, "reached", error) from error
        return fs, str(root).rstrip("/")

    @property
    def _fs(self) -> Any:
        return self._reached[0]

    @property
    def _root(self) -> str:
        return self._reached[1]

    @property
    def _whole(self) -> bool:
        protocol = self._fs.protocol
        return not _WHOLE.isdisjoint([protocol] if isinstance(protocol, str) else protocol)

    def _path(self, name: str) -> str:
        return f"{self._root}/{name}"

    @contextmanager
    def _told(self, what: str, absent: bool = False) -> Iterator[None]:
        """Turn whatever a store's library raises into one line; a file that is not there stays that, if asked for."""
        try:
            yield
        except RetrodictError:
            raise
        except FileNotFoundError as error:
            if absent:
                raise
            raise RequestError(f"'{shown(self.place)}' can't be {what}: there is no such place; {_REMEDY}") from error
        except Exception as error:  # the libraries of stores have errors of their own
            raise _trouble(self.place, what, error) from error


def _trouble(place: str, what: str, error: Exception) -> RetrodictError:
    said = f"'{shown(place)}' can't be {what}"
    if isinstance(error, PermissionError):
        return RequestError(f"{said}: there is no right to ({one_line(error, 120)}); {_REMEDY}")
    if type(error).__name__ in _WITHOUT_KEYS:
        return RequestError(f"{said}: {one_line(error, 160)}; {_REMEDY}")
    return RunError(f"{said}: {one_line(error, 160) or type(error).__name__}; {_REMEDY}")


_WITHOUT_KEYS = {"NoCredentialsError", "PartialCredentialsError", "ParamValidationError", "DefaultCredentialsError"}
"""What libraries raise where no one said who asks: no second try will end otherwise."""
