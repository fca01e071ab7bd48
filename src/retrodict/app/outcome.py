"""An audit under way and its results: progress, verdict, files to fetch, the stripped copy."""

from __future__ import annotations

import secrets
import time
from pathlib import Path

from starlette.background import BackgroundTask
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, Response
from starlette.routing import Route

from retrodict.app.jobs import What
from retrodict.app.parts import form_of, free_job_of, job_of, parts_of
from retrodict.app.policies import REPORT_POLICY
from retrodict.app.refusal import RefusedError
from retrodict.app.results import REPORT, SIGNED, file_of, pack, results, told, type_of
from retrodict.app.work_words import AUDIT, COMPARISON


async def audit(request: Request) -> Response:
    """Show how far an audit is, or what came of it."""
    parts, job = parts_of(request), job_of(request)
    if not job.works.keys() & {"audit", "strip"}:
        raise RefusedError("this audit was not begun; go back and choose how it is to be made", 404)
    what: What = "strip" if "strip" in job.works else "audit"
    work = job.works[what]
    if job.at_work is not None:
        return parts.page("progress.html.j2", job=job, what=what, work=work, before=parts.desk.before(job, what))
    folder = parts.shelf.work(job)
    there = await run_in_threadpool(results, folder)
    found = None
    if job.state("audit") == "done":
        found = await run_in_threadpool(told, folder / AUDIT)
    return parts.page(
        "outcome.html.j2",
        job=job,
        told=found,
        works=job.works,
        report=f"{AUDIT}/{REPORT}",
        signed=f"{AUDIT}/{SIGNED}" if f"{AUDIT}/{SIGNED}" in there else None,
        signed_copy=f"{COMPARISON}/after/{SIGNED}" if f"{COMPARISON}/after/{SIGNED}" in there else None,
        comparison=f"{COMPARISON}/comparison.html",
        copied=job.state("strip") == "done" and (folder / job.stripped).is_file(),
    )


async def state(request: Request) -> Response:
    """Tell the page's script how far the work on an audit is."""
    parts, job = parts_of(request), job_of(request)
    what = job.at_work
    if what is None:
        return JSONResponse({"at_work": False})
    work = job.works[what]
    return JSONResponse(
        {
            "at_work": True,
            "line": work.line,
            "step": work.step,
            "steps": work.steps,
            "seconds": None if work.begun is None else round(time.time() - work.begun),
            "before": parts.desk.before(job, what),
        }
    )


async def stop(request: Request) -> Response:
    """Stop the work on an audit."""
    await form_of(request)
    parts, job = parts_of(request), job_of(request)
    await parts.desk.stop(job)
    return parts.to(f"/job/{job.id}")


async def strip(request: Request) -> Response:
    """Begin a stripped copy, and the audits of both."""
    await form_of(request)
    parts, job = parts_of(request), job_of(request)
    if job.state("audit") != "done":
        raise RefusedError("a stripped copy is made after the audit; wait for its end", 409)
    if job.state("strip") != "done":
        parts.desk.add(job, "strip")
    return parts.to(f"/job/{job.id}/audit")


async def again(request: Request) -> Response:
    """Begin another audit of the same files."""
    await form_of(request)
    parts, job = parts_of(request), job_of(request)
    fresh = await run_in_threadpool(parts.shelf.again, job)
    if fresh.seen is None:
        parts.desk.add(fresh, "model")
        return parts.to(f"/job/{fresh.id}/model")
    return parts.to(f"/job/{fresh.id}/tables")


async def delete(request: Request) -> Response:
    """Delete an audit with all its files."""
    await form_of(request)
    parts, job = parts_of(request), job_of(request)
    await parts.desk.stop(job)
    await run_in_threadpool(parts.shelf.remove, job)
    return parts.to()


async def file(request: Request) -> Response:
    """Return a file of the results: a page under a policy that lets nothing in it act, or a download."""
    parts, job = parts_of(request), job_of(request)
    name = request.path_params["path"]
    path = await run_in_threadpool(file_of, parts.shelf.work(job), name)
    kind = type_of(path)
    if path.suffix == ".html" and "download" not in request.query_params:
        return FileResponse(path, media_type=kind, headers={"Content-Security-Policy": REPORT_POLICY})
    return FileResponse(path, media_type=kind, filename=path.name)


async def archive(request: Request) -> Response:
    """Return all results, or those that hold no rows, as one file."""
    parts, job = parts_of(request), job_of(request)
    which = request.path_params["which"]
    if which not in ("pages", "all"):
        raise RefusedError("there is no such archive; go back to the page of the audit", 404)
    path = parts.shelf.folder / job.id / f"{secrets.token_hex(8)}.incoming"
    try:
        await run_in_threadpool(pack, parts.shelf.work(job), path, which == "all")
    except BaseException:
        path.unlink(missing_ok=True)
        raise
    name = f"audit_{Path(job.model.stored).stem}{'_with_rows' if which == 'all' else ''}.zip"
    return FileResponse(path, filename=name, background=BackgroundTask(path.unlink, missing_ok=True))


async def copy(request: Request) -> Response:
    """Return the stripped copy of the model."""
    parts, job = parts_of(request), free_job_of(request)
    path = parts.shelf.work(job) / job.stripped
    if job.state("strip") != "done" or not path.is_file():
        raise RefusedError("there is no stripped copy of this model; go back and make one", 404)
    return FileResponse(path, media_type="application/octet-stream", filename=job.stripped)


ROUTES = [
    Route("/job/{id}/audit", audit),
    Route("/job/{id}/state", state),
    Route("/job/{id}/stop", stop, methods=["POST"]),
    Route("/job/{id}/strip", strip, methods=["POST"]),
    Route("/job/{id}/again", again, methods=["POST"]),
    Route("/job/{id}/delete", delete, methods=["POST"]),
    Route("/job/{id}/file/{path:path}", file),
    Route("/job/{id}/zip/{which}", archive),
    Route("/job/{id}/copy", copy),
]
