"""The app from its start to its end: a folder, a port of this machine alone, a link, and what is left behind."""

from __future__ import annotations

import asyncio
import contextlib
import os
import shutil
import socket
import tempfile
import threading
import time
import webbrowser
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import uvicorn

from retrodict.app.door import HOST
from retrodict.app.keys import Keys
from retrodict.app.limits import Limits
from retrodict.app.server import Server
from retrodict.app.shelf import Shelf
from retrodict.app.site import served, site_of
from retrodict.errors import RequestError, RetrodictError
from retrodict.results.arguments import check_positive
from retrodict.results.claim import claimed, scratch
from retrodict.results.disk import writing

IDLE_MINUTES = 720.0
"""After so long without a request, and without work, the app ends: as long as a browser keeps its session."""

_HEAD = "retrodict-app-"
KEPT = "kept"
"""A file that says that a folder among temporary files was asked to be kept."""

_LOOK = 0.1
"""Seconds between two looks at whether it is time to end."""


@dataclass(frozen=True)
class Started:
    """An app that is being served.

    Parameters
    ----------
    url
        The link that works once.
    folder
        Where audits lie.
    kept
        Whether they stay there when the app ends.
    """

    url: str
    folder: Path
    kept: bool


def serve(
    *,
    port: int = 0,
    folder: Path | None = None,
    keep: bool = False,
    browser: bool = True,
    idle: float = IDLE_MINUTES,
    limits: Limits | None = None,
    started: Callable[[Started], None],
) -> None:
    """Serve the app until someone ends it.

    Parameters
    ----------
    port
        Of this machine; 0 takes one that is free.
    folder
        Where audits lie, and stay; by default a folder of its own, which is deleted at the end.
    keep
        Keep that folder, too.
    browser
        Open the browser.
    idle
        Minutes without a request and without work after which the app ends.
    limits
        How much is taken.
    started
        Is told when the app is there.

    Raises
    ------
    RequestError
        If the port is taken or out of range, or the folder can't be used.
    RunError
        If another app uses the folder.
    """
    check_positive(idle, "the minutes without a request after which the app ends")
    with _listening(port) as listening, _place(folder, keep) as place:
        limits = limits or Limits()
        shelf = Shelf(place, limits)
        shelf.load()
        keys = Keys()
        port = listening.getsockname()[1]
        url = f"http://{HOST}:{port}/open?token={keys.token}"
        kept = keep or folder is not None
        site = site_of(shelf, keys, port, kept)
        server = Server(uvicorn.Config(**served(site)))
        parts = site.state.parts

        def end() -> None:
            server.should_exit = True

        async def watched() -> None:
            link = None
            try:
                while not server.started:
                    await asyncio.sleep(_LOOK / 10)
                started(Started(url, place, kept))
                link = _open(url, place) if browser else None
                while time.monotonic() - parts.asked_at <= 60.0 * idle or not parts.desk.idle:
                    if link is not None and keys.token is None:
                        link.unlink(missing_ok=True)
                    await asyncio.sleep(_LOOK)
            finally:
                if link is not None:
                    link.unlink(missing_ok=True)
                end()

        async def served_and_watched() -> None:
            watch = asyncio.create_task(watched())
            try:
                await server.serve(sockets=[listening])
            finally:
                watch.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await watch

        parts.end = end
        asyncio.run(served_and_watched())


@contextlib.contextmanager
def _listening(port: int) -> Iterator[socket.socket]:
    """Listen on a port of this machine, which nothing outside it can reach."""
    if isinstance(port, bool) or not 0 <= port <= 65_535:
        raise RequestError(f"a port is a whole number from 1 to 65,535, or 0 for one that is free; got {port}")
    with socket.socket() as one:
        if os.name != "nt":  # where it lets a second program take a port that is in use
            one.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            one.bind((HOST, port))
        except OSError as error:
            raise RequestError(
                f"port {port} can't be used: {error.strerror}; leave --port out for one that is free"
            ) from error
        yield one


@contextlib.contextmanager
def _place(folder: Path | None, keep: bool) -> Iterator[Path]:
    """Hold the folder of the audits: the one named, or a fresh one that is deleted at the end."""
    if folder is not None:
        with claimed(folder), writing(folder):
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            yield folder.resolve()
        return
    _sweep()
    fresh = Path(tempfile.mkdtemp(prefix=_HEAD))  # that nobody else can enter
    with claimed(fresh), contextlib.nullcontext() if keep else scratch(fresh):
        try:
            if keep:
                (fresh / KEPT).touch()
            yield fresh
        finally:
            if not keep:
                shutil.rmtree(fresh, ignore_errors=True)


def _sweep() -> None:
    """Delete what killed runs of ours have left among temporary files: tables of others' data."""
    for left in Path(tempfile.gettempdir()).glob(f"{_HEAD}*"):
        with contextlib.suppress(OSError, RetrodictError):
            own = not hasattr(os, "getuid") or left.lstat().st_uid == os.getuid()
            if own and left.is_dir() and not left.is_symlink() and not (left / KEPT).exists():
                with claimed(left, again=False):
                    shutil.rmtree(left, ignore_errors=True)


def _open(url: str, place: Path) -> Path | None:
    """Open the browser by way of a file: the words of a command are shown to everyone on the machine, a link included.

    Returns
    -------
    Path or None
        The file, which is worth nothing once the link was used.
    """
    link = place / "open.html"
    head = '<!DOCTYPE html><html lang="en"><meta charset="utf-8"><title>retrodict</title>'
    page = f'{head}<meta http-equiv="refresh" content="0; url={url}"><p><a href="{url}">Go on</a></p></html>\n'
    handle = os.open(link, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(page)
    # beside the app: a browser of the terminal, or one that starts slowly, comes back when it is closed
    threading.Thread(target=webbrowser.open, args=(link.as_uri(),), name="retrodict-browser", daemon=True).start()
    return link
