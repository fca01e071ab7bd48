"""The audits of the app, each in a folder of its own that nobody else can read."""

from __future__ import annotations

import os
import shutil
import stat
from collections.abc import Iterator, MutableMapping
from contextlib import contextmanager
from pathlib import Path

from pydantic import ValidationError

from retrodict.app.jobs import Job, Upload
from retrodict.app.limits import Limits
from retrodict.app.names import stored_name
from retrodict.app.refusal import RefusedError
from retrodict.app.uploads import Incoming, Room
from retrodict.plain_text import json_text, shown
from retrodict.results.documents import OddError, read_document
from retrodict.results.folder import replace_text

JOB = "job.json"
WORK = "work"
"""Where files and results of an audit lie: the folder that its commands are run in."""

_OTHERS_WRITE = stat.S_IWGRP | stat.S_IWOTH

CUT_OFF = "the app ended before this was done; it can be started again"


class Shelf:
    """All audits, newest first.

    Parameters
    ----------
    folder
        Where they lie; it belongs to this run alone.
    limits
        How much is taken.
    """

    def __init__(self, folder: Path, limits: Limits) -> None:
        self.folder, self.limits = folder, limits
        self.room = Room(folder, limits)
        self.jobs: dict[str, Job] = {}
        self.odd: list[str] = []
        """Folders here that hold no audit, in a line each: they are left as they are."""

    def load(self) -> None:
        """Read what an earlier run has left; what it had not finished is said to be cut off."""
        for stray in (*self.folder.glob("*.incoming"), *self.folder.glob("*/*.incoming")):
            stray.unlink(missing_ok=True)
        found = []
        for path in sorted(self.folder.glob(f"*/{JOB}")):
            try:
                job = Job.model_validate(read_document(path))
                if job.id != path.parent.name:
                    raise OddError("it is of another folder")
                if not _private(path.parent):
                    raise OddError("others may have changed it: it is not yours, or others may write into it")
            except (OSError, OddError, ValidationError) as error:
                why = error.errors()[0]["msg"] if isinstance(error, ValidationError) else error
                self.odd.append(f"{shown(path.parent.name)}: {shown(why)}")
                continue
            found.append(job)
        for job in sorted(found, key=lambda one: one.made, reverse=True):
            self.jobs[job.id] = job
            self.room.used += sum(one.size for one in job.uploads.values())
            self._cut_off(job)

    def _cut_off(self, job: Job) -> None:
        for what, one in job.works.items():
            if one.at_work:
                job.works[what] = one.model_copy(update={"state": "cut_off", "line": CUT_OFF})
        self.sweep(job)
        self.save(job)

    def sweep(self, job: Job) -> None:
        """Take away what a process that was ended has left half written."""
        work = self.work(job)
        for half in (*work.glob("*.partial"), *work.glob("*.new"), *work.glob(".*.lock")):
            if half.is_dir():
                shutil.rmtree(half, ignore_errors=True)
            else:
                half.unlink(missing_ok=True)

    def begin(self, model: Incoming) -> Job:
        """Make an audit of a model file that was received.

        Raises
        ------
        RefusedError
            If there are too many.
        """
        if len(self.jobs) >= self.limits.jobs:
            raise RefusedError(
                f"there are {len(self.jobs)} audits here already; delete those that are no longer needed", 409
            )
        stored = stored_name(model.name, plain="model")
        job = Job(model=Upload(name=named(model.name), stored=stored, size=model.size, sha256=model.sha256))
        with self._making(job):
            model.path.rename(self.work(job) / stored)
        return job

    def again(self, job: Job) -> Job:
        """Return a new audit of the same files.

        Raises
        ------
        RefusedError
            If there are too many, or there is no room on the disk.
        """
        if len(self.jobs) >= self.limits.jobs:
            raise RefusedError("there are too many audits here; delete those that are no longer needed", 409)
        size = sum(one.size for one in job.uploads.values())
        self.room.check_disk(size)
        looked = {what: one for what, one in job.works.items() if what in ("model", "tables") and one.state == "done"}
        fresh = Job(**{**job.model_dump(exclude={"id", "made", "works", "verdict", "verdict_after"}), "works": looked})
        with self._making(fresh):
            for one in job.uploads.values():
                shutil.copyfile(self.work(job) / one.stored, self.work(fresh) / one.stored)
        self.room.used += size
        return fresh

    def put(self, job: Job, files: MutableMapping[str, Incoming]) -> None:
        """Give received files to an audit: `train`, `holdout` or `appetite`; what was given is taken from them."""
        for what, one in list(files.items()):
            self.drop(job, what)
            taken = {each.stored for each in job.uploads.values()} | {job.stripped}
            stored = stored_name(one.name, taken, plain=what)
            one.path.rename(self.work(job) / stored)
            setattr(job, what, Upload(name=named(one.name), stored=stored, size=one.size, sha256=one.sha256))
            del files[what]
        self.save(job)

    def drop(self, job: Job, what: str) -> None:
        """Take a file away from an audit: `train`, `holdout` or `appetite`; nothing where it has none."""
        old = job.uploads.get(what)
        if old is not None:
            (self.work(job) / old.stored).unlink(missing_ok=True)
            self.room.used -= old.size
            setattr(job, what, None)

    def drop_tables(self, job: Job) -> None:
        """Take both tables away from an audit, and what was found in them."""
        self.drop(job, "train")
        self.drop(job, "holdout")
        job.tables_seen, job.target = None, ""
        job.works = {what: one for what, one in job.works.items() if what != "tables"}
        self.save(job)

    def remove(self, job: Job) -> None:
        """Delete an audit with all its files; nothing where that was done meanwhile.

        Raises
        ------
        RefusedError
            If some of them stay.
        """
        if self.jobs.pop(job.id, None) is None:
            return
        self.room.used -= sum(one.size for one in job.uploads.values())
        folder = self.folder / job.id
        shutil.rmtree(folder, ignore_errors=True)
        if folder.exists():
            raise RefusedError(
                f"some files of this audit could not be deleted; delete the folder '{folder}' by hand", 500
            )

    def save(self, job: Job) -> None:
        """Write what is known of an audit, in one step; of one that was deleted nothing."""
        if job.id in self.jobs:
            replace_text(self.folder / job.id / JOB, json_text(job.plain()) + "\n")

    def work(self, job: Job) -> Path:
        """Return where files and results of an audit lie."""
        return self.folder / job.id / WORK

    @contextmanager
    def _making(self, job: Job) -> Iterator[None]:
        """Make the folders of an audit for its files to come into, and keep it; nothing is left where that fails."""
        try:
            for folder in (self.folder / job.id, self.work(job)):
                folder.mkdir(mode=0o700)
            yield
            self.jobs = {job.id: job, **self.jobs}
            self.save(job)
        except BaseException:
            self.jobs.pop(job.id, None)
            shutil.rmtree(self.folder / job.id, ignore_errors=True)
            raise


def _private(folder: Path) -> bool:
    """Whether nobody else can have changed what is in a folder, such as the word that a file is trusted.

    The folder may lie in one that others write to, but its own owner and rights tell.
    """
    if not hasattr(os, "getuid"):
        return True
    found = folder.lstat()
    return stat.S_ISDIR(found.st_mode) and found.st_uid == os.getuid() and not found.st_mode & _OTHERS_WRITE


def named(name: str) -> str:
    """Return what a file is called on pages: its own name, without what would act there."""
    return shown(name.replace("\\", "/").rpartition("/")[2] or name) or "(no name)"
