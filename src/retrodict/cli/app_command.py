"""``retrodict app``: the audit in a browser."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from retrodict.cli.grouping import grouped
from retrodict.cli.output import Output
from retrodict.cli.printing import flush, print_line
from retrodict.cli.stops import stopping

if TYPE_CHECKING:
    from retrodict.app.serving import Started


@grouped
def app(
    output: Output,
    port: Annotated[
        int, typer.Option("--port", metavar="N", help="The port of this machine to listen on; 0 takes a free one.")
    ] = 0,
    folder: Annotated[
        Path | None,
        typer.Option("--folder", metavar="DIR", help="Where audits lie, and stay; else they go when the app ends."),
    ] = None,
    keep: Annotated[
        bool, typer.Option("--keep", help="Keep the audits where no folder is named, and say where they are.")
    ] = False,
    no_browser: Annotated[bool, typer.Option("--no-browser", help="Show the link, and open no browser.")] = False,
    idle: Annotated[
        float, typer.Option("--idle", metavar="MINUTES", help="End after so long without a request and without work.")
    ] = 720.0,
) -> None:
    """Audit a model in the browser, on this machine alone."""
    from retrodict.extras import extra_for

    with extra_for("the audit in a browser", "app"):
        from retrodict.app.serving import serve
    with stopping("the app has ended"):
        serve(
            port=port,
            folder=folder,
            keep=keep,
            browser=not no_browser,
            idle=idle,
            started=lambda one: _tell(one, output, no_browser),
        )


def _tell(one: Started, output: Output, only_way: bool) -> None:
    found = {"url": one.url, "folder": str(one.folder), "kept": one.kept}
    output.show(found, lambda: print_line(f"open this link in a browser on this machine: {one.url}"))
    if only_way and output.quiet and not output.json:
        print_line(one.url)
    flush()
    what = "audits stay in" if one.kept else "when the app ends, all files and audits in this folder are deleted:"
    output.note(f"the link works once; {what} {one.folder}; to stop: Ctrl-C here, or the button on the first page")
