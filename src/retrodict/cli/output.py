"""What a command says: one JSON object, or lines for people, or nothing; and the schema of the former."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any

import typer

from retrodict.cli.configured import Config
from retrodict.cli.printing import note, print_json
from retrodict.cli.verbose import tell


def _print_schema(context: typer.Context, wanted: bool) -> None:
    if wanted:
        from retrodict.cli.documents import document_of

        print_json(document_of(context.command_path.partition(" ")[2]).model_json_schema(mode="serialization"))
        raise typer.Exit


@dataclass(frozen=True)
class Output:
    """The options of every command that has a result to show."""

    json: Annotated[
        bool, typer.Option("--json", help="Print one JSON object on standard output and nothing else there.")
    ] = False
    quiet: Annotated[bool, typer.Option("--quiet", help="No progress, no notes, no summary: errors only.")] = False
    print_schema: Annotated[
        bool,
        typer.Option(
            "--print-schema", callback=_print_schema, is_eager=True, help="Print the JSON schema of --json, and exit."
        ),
    ] = False

    verbose: Annotated[
        bool,
        typer.Option("--verbose", help="Tell on standard error what is read, chosen and asked, and what it takes."),
    ] = False
    config: Config = None

    def begin(self) -> None:
        """Tell what the command line did not say, before the command is run; from here on all else, if asked."""
        if self.config is None:
            return
        if not self.quiet or self.config.hushed_by_found_file:
            for line in self.config.lines():
                note(line)
        if self.quiet:
            from retrodict.results.progress import hushed  # behind numpy: imported when needed

            self.config.context.with_resource(hushed())
        elif self.verbose:
            self.config.context.with_resource(tell(self.config.origins()))

    @property
    def progress(self) -> bool | None:
        """What the library is told of progress: none if quiet, else where somebody sees it."""
        return False if self.quiet else None

    def note(self, text: str) -> None:
        """Print one line for people on standard error."""
        if not self.quiet:
            note(text)

    def show(self, document: dict[str, Any], people: Callable[[], None]) -> None:
        """Show a result.

        Parameters
        ----------
        document
            What JSON says of it.
        people
            Prints it for people.
        """
        if self.json:
            print_json(document)
        elif not self.quiet:
            people()
