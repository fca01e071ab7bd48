"""The door: who is let in, and what every answer says about how it may be used.

Anyone on the machine can reach a port of the loopback, and so can any page in the browser. The name that is asked for
must be ours (a foreign name may be made to point here), pages need the session's cookie, forms must come from our own
pages, and answers are neither kept, nor framed, nor read by other pages.
"""

from __future__ import annotations

from http.cookies import CookieError, SimpleCookie

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from retrodict.app.answers import refused
from retrodict.app.keys import Keys, same
from retrodict.app.policies import POLICY
from retrodict.plain_text import error_line

HOST = "127.0.0.1"

_HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    # `no-referrer` would make browsers send `Origin: null` with our own forms, which could then not be told from others
    "Referrer-Policy": "same-origin",
    "Cache-Control": "no-store",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}
_OPEN = frozenset(("/open", "/app.css", "/app.js"))
"""What needs no session: the exchange of the link, and two files that hold nothing of anyone."""

_FROM_HERE = frozenset((None, "none", "same-origin"))
"""What a browser says of where a request comes from, where that is the address bar or one of our pages."""


class Door:
    """What stands before all pages.

    Parameters
    ----------
    app
        What is behind.
    keys
        Of this run.
    port
        That is listened on.
    """

    def __init__(self, app: ASGIApp, keys: Keys, port: int) -> None:
        self._app, self._keys = app, keys
        self._hosts = {f"{HOST}:{port}", *([HOST] if port == 80 else [])}
        self._origins = {f"http://{host}" for host in self._hosts}
        self.cookie = cookie_name(port)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer, or pass on."""
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return
        if scope["type"] != "http":
            return

        begun = False

        async def guarded(message: Message) -> None:
            nonlocal begun
            if message["type"] == "http.response.start":
                begun = True
                headers = MutableHeaders(scope=message)
                for name, value in _HEADERS.items():
                    headers.setdefault(name, value)
                del headers["server"]
            await send(message)

        answer = self._refusal(scope) or self._app
        try:
            await answer(scope, receive, guarded)
        except Exception as error:
            if begun:
                raise
            line = f"a fault in the software ({error_line(error, 200)}); please report it"
            await refused(line, 500)(scope, receive, guarded)

    def _refusal(self, scope: Scope) -> Response | None:
        headers = Headers(scope=scope)
        if [headers.get("host")] != headers.getlist("host") or headers["host"] not in self._hosts:
            return refused("This address is not the app's own. Use the link that the app has shown.", 421)
        if scope["path"] in _OPEN:
            return None
        if not scope["path"].startswith(f"/{self._keys.room}/") or not same(self._session(headers), self._keys.session):
            return refused(
                "This page belongs to another browser, or to an earlier start of the app. The link that the app shows "
                "when it starts works once, in one browser. Go back to that browser; or stop the app where it was "
                "started, start it again, and use the new link.",
                403,
            )
        if headers.get("sec-fetch-site") not in _FROM_HERE:
            return refused("Another page asked for this. Use the links and buttons of the app's own pages.", 403)
        if scope["method"] not in ("GET", "HEAD") and headers.get("origin") not in self._origins:
            return refused("This form was not sent by one of the app's own pages. Go back and use its buttons.", 403)
        return None

    def _session(self, headers: Headers) -> str | None:
        for line in headers.getlist("cookie"):
            for part in line.split(";"):  # one by one: what another port has set must not hide ours
                try:
                    found = SimpleCookie(part.strip()).get(self.cookie)
                except CookieError:
                    continue
                if found is not None and same(found.value, self._keys.session):
                    return found.value
        return None


def cookie_name(port: int) -> str:
    """Return the session cookie's name; two apps on one machine share the browser's cookies."""
    return f"retrodict_{port}"
