"""What all pages of one run share."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from retrodict.app.answers import page
from retrodict.app.desk import Desk
from retrodict.app.jobs import Job
from retrodict.app.keys import Keys
from retrodict.app.refusal import RefusedError
from retrodict.app.shelf import Shelf
from retrodict.app.uploads import Form, receive


@dataclass
class Parts:
    """One run of the app.

    Parameters
    ----------
    keys
        What lets a browser in.
    shelf
        The audits.
    desk
        Who works on them.
    cookie
        The session cookie's name.
    keeps
        Whether the audits stay when the app ends.
    end
        Ends the app.
    asked_at
        When something was last asked for, by a clock that only goes forward.
    """

    keys: Keys
    shelf: Shelf
    desk: Desk
    cookie: str
    keeps: bool
    end: Callable[[], None] = lambda: None
    asked_at: float = field(default_factory=time.monotonic)

    @property
    def base(self) -> str:
        """The path of the first page, without its last stroke."""
        return f"/{self.keys.room}"

    def page(self, template: str, status: int = 200, **values: object) -> Response:
        """Return one of our own pages."""
        common = {"base": self.base, "csrf": self.keys.form, "keeps": self.keeps, "limits": self.shelf.limits}
        return page(template, status, **common, **values)

    def to(self, path: str = "/") -> Response:
        """Send the browser to another page."""
        return RedirectResponse(self.base + path, 303)


def parts_of(request: Request) -> Parts:
    """Return the run that a request is of."""
    parts: Parts = request.app.state.parts
    return parts


def job_of(request: Request) -> Job:
    """Return the audit that a request is about.

    Raises
    ------
    RefusedError
        If there is none.
    """
    job = parts_of(request).shelf.jobs.get(request.path_params["id"])
    if job is None:
        raise RefusedError("this audit is not here; it may have been deleted in another window", 404)
    return job


def free_job_of(request: Request) -> Job:
    """Return the audit that a request would change.

    Raises
    ------
    RefusedError
        If there is none, or something is being done on it.
    """
    job = job_of(request)
    if job.at_work is not None:
        raise RefusedError("something is being done on this audit; wait for its end, or stop it first", 409)
    return job


async def form_of(request: Request, *files: str) -> Form:
    """Return the form that was sent; see `receive`."""
    parts = parts_of(request)
    return await receive(request, parts.shelf.room, parts.keys.form, files)
