"""The app as one program that answers requests: the first page, the link, the end, and all steps behind the door."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib.resources import files
from typing import Any

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.types import ASGIApp, Receive, Scope, Send

from retrodict.app import outcome, steps
from retrodict.app.answers import page, refused
from retrodict.app.desk import Desk
from retrodict.app.door import Door, cookie_name
from retrodict.app.keys import SESSION_SECONDS, Keys
from retrodict.app.lines import SILENT, Line
from retrodict.app.parts import Parts, form_of, parts_of
from retrodict.app.refusal import RefusedError
from retrodict.app.shelf import Shelf
from retrodict.errors import RetrodictError
from retrodict.plain_text import one_line
from retrodict.results.disk import disk_error

_STATIC = {"/app.css": "text/css; charset=utf-8", "/app.js": "text/javascript; charset=utf-8"}


def site_of(shelf: Shelf, keys: Keys, port: int, keeps: bool) -> Starlette:
    """Return the app.

    Parameters
    ----------
    shelf
        The audits.
    keys
        What lets a browser in.
    port
        That is listened on.
    keeps
        Whether the audits stay when the app ends.
    """
    desk = Desk(shelf)
    routes: list[BaseRoute] = [
        Route("/open", open_door, methods=["GET"]),
        *(Route(path, static, methods=["GET"]) for path in _STATIC),
        Mount(
            f"/{keys.room}",
            routes=[Route("/", home), Route("/end", end, methods=["POST"]), *steps.ROUTES, *outcome.ROUTES],
        ),
    ]

    @asynccontextmanager
    async def at_work(app: Starlette) -> AsyncIterator[None]:
        desk.open()
        try:
            yield
        finally:
            await desk.close()

    site = Starlette(
        routes=routes,
        lifespan=at_work,
        middleware=[Middleware(Door, keys=keys, port=port), Middleware(_Clock)],
        exception_handlers={RetrodictError: _refused, HTTPException: _http, OSError: _disk},
    )
    site.state.parts = Parts(keys, shelf, desk, cookie_name(port), keeps)
    return site


class _Clock:
    """Notes when something was last asked for by whoever was let in."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            scope["app"].state.parts.asked_at = time.monotonic()
        await self._app(scope, receive, send)


async def open_door(request: Request) -> Response:
    """Exchange the link for a session."""
    parts = parts_of(request)
    if not parts.keys.use(request.query_params.get("token", "")):
        return refused(
            "This link was used already, or is of an earlier start of the app: it works once. Go on in the browser and "
            "the tab in which it was opened. If they are gone, stop the app where it was started, start it again, and "
            "use the new link.",
            403,
        )
    # No redirection: a browser that comes from elsewhere sends a strict cookie only with what our own page asks for.
    answer = page("open.html.j2", base=f"/{parts.keys.room}")
    answer.set_cookie(
        parts.cookie,
        parts.keys.session,
        max_age=SESSION_SECONDS,
        path=f"/{parts.keys.room}",
        httponly=True,
        samesite="strict",
    )
    return answer


async def static(request: Request) -> Response:
    """Return the style or the script of all pages."""
    path = request.url.path
    content = files("retrodict.app").joinpath(f"static{path}").read_bytes()
    return Response(content, media_type=_STATIC[path])


async def home(request: Request) -> Response:
    """Show all audits, and begin a new one."""
    parts = parts_of(request)
    return parts.page("home.html.j2", jobs=list(parts.shelf.jobs.values()), odd=parts.shelf.odd)


async def end(request: Request) -> Response:
    """End the app."""
    await form_of(request)
    parts = parts_of(request)
    parts.end()
    return page("ended.html.j2", keeps=parts.keeps)


def _back(request: Request) -> str | None:
    """Return where whoever was let in can go on; who was not gets no further than this page."""
    room = f"/{parts_of(request).keys.room}/"
    path = request.url.path
    if not path.startswith(room):
        return None
    head, _, rest = path.removeprefix(room).partition("/")
    id_ = rest.partition("/")[0]
    return f"{room}job/{id_}" if head == "job" and id_ in parts_of(request).shelf.jobs else room


async def _refused(request: Request, error: Exception) -> Response:
    status = error.status if isinstance(error, RefusedError) else 400
    return refused(one_line(error), status, _back(request))


async def _disk(request: Request, error: Exception) -> Response:
    failed = error if isinstance(error, OSError) else OSError()
    return refused(one_line(disk_error(failed, parts_of(request).shelf.folder)), 507, _back(request))


async def _http(request: Request, error: Exception) -> Response:
    status = error.status_code if isinstance(error, HTTPException) else 400
    line = "there is no such page here; go back to the first one" if status == 404 else "this can't be asked for here"
    return refused(line, status, _back(request))


def served(site: Starlette) -> dict[str, Any]:
    """Return how the app is served: plain HTTP, few at a time, and nothing told of the server."""
    return {
        "app": site,
        "http": Line,
        "ws": "none",
        "loop": "asyncio",
        "lifespan": "on",
        "log_config": None,
        "access_log": False,
        "server_header": False,
        "proxy_headers": False,
        "limit_concurrency": 4 * SILENT,
        "timeout_graceful_shutdown": 1,
        "h11_max_incomplete_event_size": 65_536,
    }
