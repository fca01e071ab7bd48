"""Forms with files, read as they come: what is too much is refused on the way, and leaves nothing behind."""

from __future__ import annotations

import asyncio
import hashlib
import os
import secrets
import shutil
from collections.abc import AsyncIterator, Collection
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, parse_options_header
from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect, Request

from retrodict.app.keys import same
from retrodict.app.limits import Limits, in_bytes
from retrodict.app.refusal import RefusedError
from retrodict.plain_text import shown

CSRF = "form"
"""The entry that shows that a form is of our own pages; it comes first, before any file is taken."""

_HEADER_BYTES = 32_768
"""Of one head line of a part: a file's name may have 4,096 letters of four bytes each."""

_ELSEWHERE = "audit it on the command line (retrodict audit), which has no such limit"


@dataclass
class Incoming:
    """A file that was received.

    Parameters
    ----------
    name
        As it is called where it comes from; anything.
    path
        Where it lies, under a made name.
    size, sha256
        Of its bytes.
    """

    name: str
    path: Path
    size: int = 0
    sha256: str = ""


@dataclass
class Form:
    """What a form held.

    Parameters
    ----------
    fields
        Texts by name; several of one name in order.
    files
        Files by name; one of each.
    """

    fields: dict[str, list[str]] = field(default_factory=dict)
    files: dict[str, Incoming] = field(default_factory=dict)

    def text(self, name: str) -> str:
        """Return a field, or the empty text."""
        return self.fields.get(name, [""])[0]

    def discard(self) -> None:
        """Take away the files that nobody took."""
        for one in self.files.values():
            one.path.unlink(missing_ok=True)


@dataclass
class Room:
    """How much may still come in, for all forms that are under way at a time.

    Parameters
    ----------
    folder
        Where files lie until they are taken.
    limits
        What is refused.
    used
        Bytes of the files of all audits, and of those that are coming in.
    """

    folder: Path
    limits: Limits
    used: int = 0

    def check(self, name: str, size: int, limit: int) -> None:
        """Refuse a file that has grown too large, or for which there is no room.

        Raises
        ------
        RefusedError
            If it has.
        """
        if size > limit:
            raise RefusedError(
                f"'{shown(name)}' is larger than {in_bytes(limit)}, the most that it may have here; {_ELSEWHERE}",
                413,
            )
        if self.used > self.limits.all:
            raise RefusedError(
                f"with '{shown(name)}' all files here would have more than {in_bytes(self.limits.all)}; delete audits "
                "that are no longer needed, and try again",
                413,
            )

    def check_disk(self, coming: int) -> None:
        """Refuse a form for which the disk has no room.

        Raises
        ------
        RefusedError
            If it has none.
        """
        if shutil.disk_usage(self.folder).free - coming < self.limits.free:
            raise RefusedError("no room is left on the disk for these files; free some, and try again", 507)


async def receive(request: Request, room: Room, secret: str, files: Collection[str] = ()) -> Form:
    """Read a form.

    Parameters
    ----------
    request
        Whose body it is.
    room
        Where files go, and how much may come.
    secret
        What the form must hold first.
    files
        Entries that may be files.

    Raises
    ------
    RefusedError
        If it is no form, not of our pages, too large, or breaks off.
    """
    reader = _Reader(request.headers.get("content-type", ""), room, secret, frozenset(files))
    told = request.headers.get("content-length", "")
    chunks = request.stream()
    try:
        coming = int(told) if told.isdecimal() else 0
        most = sum(room.limits.appetite if name == "appetite" else room.limits.file for name in files)
        if coming > most + room.limits.parts * (room.limits.field + _HEADER_BYTES):
            raise RefusedError(
                f"what was sent has {in_bytes(coming)}, and a file may have {in_bytes(room.limits.file)} here; "
                f"{_ELSEWHERE}",
                413,
            )
        if files:  # all else is needed most on a disk that is full: to stop, to delete, to end
            room.check_disk(coming)
        async for chunk in _in_time(chunks, room.limits.silence):
            await reader.take(chunk)
        return reader.done()
    except RefusedError:
        reader.undo()
        await _drain(chunks, room.limits)
        raise
    except BaseException as error:
        reader.undo()
        if isinstance(error, ClientDisconnect):
            raise RefusedError("the browser broke off; send the form again") from error
        if isinstance(error, OSError):
            raise RefusedError(
                f"the file can't be stored: {error.strerror}; free some room, and try again", 507
            ) from error
        raise


class _Reader:
    """A form as it comes in."""

    def __init__(self, kind: str, room: Room, secret: str, files: frozenset[str]) -> None:
        head, options = parse_options_header(kind)
        if head != b"multipart/form-data" or b"boundary" not in options:
            raise RefusedError("what was sent is no form of the app's pages; go back and use their buttons", 415)
        self._room, self._secret, self._allowed = room, secret, files
        self._form = Form()
        self._open: Any = None
        self._events: list[tuple[str, bytes]] = []
        self._name, self._text = "", bytearray()
        self._file: Incoming | None = None
        self._hash: Any = None
        self._head: dict[bytes, bytes] = {}
        self._head_name, self._head_value = bytearray(), bytearray()
        self._parts, self._ended = 0, False
        callbacks: Any = {
            "on_part_begin": lambda: self._note("begin"),
            "on_header_field": lambda data, start, end: self._note("field", data[start:end]),
            "on_header_value": lambda data, start, end: self._note("value", data[start:end]),
            "on_header_end": lambda: self._note("header"),
            "on_headers_finished": lambda: self._note("headers"),
            "on_part_data": lambda data, start, end: self._note("data", data[start:end]),
            "on_part_end": lambda: self._note("end"),
            "on_end": lambda: self._note("all"),
        }
        try:
            self._parser = MultipartParser(options[b"boundary"], callbacks, max_header_size=_HEADER_BYTES)
        except FormParserError as error:
            raise RefusedError("what was sent is no form of the app's pages; go back and use their buttons") from error

    def _note(self, what: str, data: bytes = b"") -> None:
        self._events.append((what, data))

    async def take(self, chunk: bytes) -> None:
        """Read on."""
        try:
            self._parser.write(chunk)
        except FormParserError as error:
            raise RefusedError("the form that was sent is damaged; go back and send it again") from error
        events, self._events = self._events, []
        for what, data in events:
            if what == "data" and self._file is not None:
                await self._write(self._file, data)
            else:
                self._step(what, data)

    def _step(self, what: str, data: bytes) -> None:
        if what == "begin":
            self._parts += 1
            if self._parts > self._room.limits.parts:
                raise RefusedError(
                    f"the form has more than {self._room.limits.parts} entries; go back and use the page's own"
                )
            self._head, self._text = {}, bytearray()
        elif what == "field":
            self._head_name += data
        elif what == "value":
            self._head_value += data
        elif what == "header":
            self._head[bytes(self._head_name).lower()] = bytes(self._head_value)
            self._head_name, self._head_value = bytearray(), bytearray()
        elif what == "headers":
            self._begin()
        elif what == "data":
            self._text += data
            if len(self._text) > self._room.limits.field:
                raise RefusedError(
                    f"an entry of the form has more than {self._room.limits.field:,} letters; shorten it"
                )
        elif what == "end":
            self._end()
        else:
            self._ended = True

    def _begin(self) -> None:
        _, options = parse_options_header(self._head.get(b"content-disposition"))
        self._name = options.get(b"name", b"").decode("utf-8", "replace")
        if CSRF not in self._form.fields and (self._name != CSRF or b"filename" in options):
            raise RefusedError("this form is not of this start of the app; go back to its first page", 403)
        if b"filename" not in options:
            return
        if self._name not in self._allowed or self._name in self._form.files:
            raise RefusedError("the form holds a file where none belongs; go back and use the page's own buttons")
        path = self._room.folder / f"{secrets.token_hex(16)}.incoming"
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), 0o600)
        self._open = os.fdopen(handle, "wb")
        self._hash = hashlib.sha256()
        self._file = Incoming(options[b"filename"].decode("utf-8", "replace"), path)
        self._form.files[self._name] = self._file

    async def _write(self, file: Incoming, data: bytes) -> None:
        file.size += len(data)
        self._room.used += len(data)
        limits = self._room.limits
        self._room.check(file.name, file.size, limits.appetite if self._name == "appetite" else limits.file)
        self._hash.update(data)
        await run_in_threadpool(self._open.write, data)

    def _end(self) -> None:
        if self._file is None:
            text = self._text.decode("utf-8", "replace")
            if self._name == CSRF and not same(text, self._secret):
                raise RefusedError("this form is not of this start of the app; go back to its first page", 403)
            self._form.fields.setdefault(self._name, []).append(text)
            return
        self._open.close()
        self._file.sha256 = self._hash.hexdigest()
        if not self._file.size and not self._file.name:  # a browser's way to say that no file was chosen
            self._form.files.pop(self._name).path.unlink()
        self._open = self._file = None

    def done(self) -> Form:
        """Return all of it.

        Raises
        ------
        RefusedError
            If it broke off.
        """
        if not self._ended or CSRF not in self._form.fields:
            raise RefusedError("the form broke off before its end; go back and send it again")
        return self._form

    def undo(self) -> None:
        """Take away what has come so far."""
        if self._open is not None:
            self._open.close()
        self._room.used -= sum(one.size for one in self._form.files.values())
        self._form.discard()


async def _in_time(chunks: AsyncIterator[bytes], silence: float) -> AsyncIterator[bytes]:
    """Yield what comes; give up where nothing does."""
    while True:
        try:
            yield await asyncio.wait_for(anext(chunks), silence)
        except StopAsyncIteration:
            return
        except TimeoutError as error:
            raise RefusedError(f"nothing came for {silence:.0f} seconds; send the form again", 408) from error


async def _drain(chunks: AsyncIterator[bytes], limits: Limits) -> None:
    """Throw away what is still being sent, within bounds: browsers read an answer only when they have sent all."""
    drained = 0
    try:
        async for chunk in _in_time(chunks, min(limits.silence, 5.0)):
            drained += len(chunk)
            if drained > limits.drained:
                return
    except (RefusedError, ClientDisconnect):
        return
