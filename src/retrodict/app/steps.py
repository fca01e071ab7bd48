"""The way from a model file to an audit that is under way: a page a step."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from retrodict.app.jobs import Job
from retrodict.app.parts import form_of, free_job_of, job_of, parts_of
from retrodict.app.profiles import NAMES, PROFILES
from retrodict.app.refusal import RefusedError

_LONGEST_TARGET = 1_000
"""Letters of a column's name that is typed."""


async def new(request: Request) -> Response:
    """Take a model file, and look at it."""
    parts = parts_of(request)
    form = await form_of(request, "model")
    try:
        if "model" not in form.files:
            raise RefusedError("no file was chosen; go back and choose a model file")
        if not form.files["model"].size:
            raise RefusedError("the file that was chosen is empty; go back and choose a model file")
        job = parts.shelf.begin(form.files["model"])
        form.files.clear()
    finally:
        parts.shelf.room.used -= sum(one.size for one in form.files.values())
        form.discard()
    parts.desk.add(job, "model")
    return parts.to(f"/job/{job.id}/model")


async def job(request: Request) -> Response:
    """Send the browser to where an audit stands."""
    return parts_of(request).to(f"/job/{job_of(request).id}/{_place(job_of(request))}")


def _place(job: Job) -> str:
    if job.works.keys() & {"audit", "strip"}:
        return "audit"
    if "tables" in job.works:
        return "tables"
    return "model"


async def model(request: Request) -> Response:
    """Show what was found in the model file."""
    found = job_of(request)
    return parts_of(request).page("model.html.j2", job=found, work=found.works.get("model"))


async def trust(request: Request) -> Response:
    """Take the user's word for a file, and look at it again."""
    parts = parts_of(request)
    form = await form_of(request)
    found = free_job_of(request)
    if form.text("trust") == "yes" and found.doubt is not None:
        found.trust_pickle = found.trust_pickle or found.doubt.pickle
        found.trusted = sorted({*found.trusted, *found.doubt.types})
    _look_again(request, found)
    return parts.to(f"/job/{found.id}/model")


async def look(request: Request) -> Response:
    """Look at the model file again."""
    await form_of(request)
    found = free_job_of(request)
    _look_again(request, found)
    return parts_of(request).to(f"/job/{found.id}/model")


def _look_again(request: Request, found: Job) -> None:
    _not_audited(found, "it")
    parts_of(request).desk.add(found, "model")


async def tables(request: Request) -> Response:
    """Show the tables, and what was found in them."""
    found = _known(job_of(request))
    return parts_of(request).page("tables.html.j2", job=found, work=found.works.get("tables"), choices=_targets(found))


def _targets(job: Job) -> list[str]:
    """Return the columns that may be the target: those that the model does not know, of all tables given."""
    seen = job.tables_seen
    if seen is None or not seen.tables:
        return []
    first, *rest = seen.tables.values()
    return [name for name in first.others if all(name in one.others for one in rest)]


async def take_tables(request: Request) -> Response:
    """Take tables, and look at them beside the model."""
    parts, found = parts_of(request), _known(free_job_of(request))
    form = await form_of(request, "train", "holdout")
    try:
        found = _known(free_job_of(request))  # time has passed
        _not_audited(found, "other tables")
        target = form.text("target")
        if len(target) > _LONGEST_TARGET or "\0" in target:
            raise RefusedError(f"a column's name may have {_LONGEST_TARGET:,} letters here, none of them a zero byte")
        empty = [one.name for one in form.files.values() if not one.size]
        if empty:
            raise RefusedError("a table that was chosen is empty; go back and choose another")
        parts.shelf.put(found, form.files)
    finally:
        parts.shelf.room.used -= sum(one.size for one in form.files.values())
        form.discard()
    found.target, found.tables_seen = target, None
    if not found.train and not found.holdout:
        parts.shelf.drop_tables(found)
        return parts.to(f"/job/{found.id}/choice")
    parts.desk.add(found, "tables")
    return parts.to(f"/job/{found.id}/tables")


async def without(request: Request) -> Response:
    """Go on without tables."""
    await form_of(request)
    parts, found = parts_of(request), _known(free_job_of(request))
    _not_audited(found, "no tables")
    parts.shelf.drop_tables(found)
    return parts.to(f"/job/{found.id}/choice")


async def choice(request: Request) -> Response:
    """Show what can be chosen of an audit."""
    return parts_of(request).page("choice.html.j2", job=_ready(job_of(request)), profiles=PROFILES)


async def audit(request: Request) -> Response:
    """Begin an audit."""
    parts, found = parts_of(request), _ready(job_of(request))
    form = await form_of(request, "appetite")
    try:
        found = _ready(job_of(request))
        if found.at_work is None and found.state("audit") != "done":
            profile = form.text("profile")
            if profile not in (*NAMES, "own"):
                raise RefusedError("no standard was chosen; go back and choose one")
            if profile == "own" and not (form.files or found.appetite):
                raise RefusedError(
                    "no file of your own standard was chosen; go back and choose it, or another standard"
                )
            if profile == "own":
                parts.shelf.put(found, form.files)
            else:
                parts.shelf.drop(found, "appetite")
                found.profile = profile
            found.quick = form.text("depth") != "full"
            parts.desk.add(found, "audit")
    finally:
        parts.shelf.room.used -= sum(one.size for one in form.files.values())
        form.discard()
    return parts.to(f"/job/{found.id}/audit")


def _not_audited(job: Job, what: str) -> None:
    """Let a step be taken again; an audit that was begun from here and did not come to its end is forgotten."""
    if job.audited:
        raise RefusedError(f"this model was audited already; begin another audit with {what} from its report", 409)
    job.works.pop("audit", None)


def _known(job: Job) -> Job:
    if job.seen is None:
        raise RefusedError("the model file of this audit was not read; go back to its first step", 409)
    return job


def _ready(job: Job) -> Job:
    if _known(job).uploads.keys() & {"train", "holdout"} and (job.tables_seen is None or job.tables_seen.fault):
        raise RefusedError("the tables of this audit do not fit yet; go back to its second step", 409)
    return job


ROUTES = [
    Route("/new", new, methods=["POST"]),
    Route("/job/{id}", job),
    Route("/job/{id}/model", model),
    Route("/job/{id}/trust", trust, methods=["POST"]),
    Route("/job/{id}/look", look, methods=["POST"]),
    Route("/job/{id}/tables", tables),
    Route("/job/{id}/tables", take_tables, methods=["POST"]),
    Route("/job/{id}/without", without, methods=["POST"]),
    Route("/job/{id}/choice", choice),
    Route("/job/{id}/audit", audit, methods=["POST"]),
]
