"""Lines to the app: whoever holds many of them, and asks for nothing, does not keep others out.

Everyone on the machine can open lines to a port of the loopback. A line that is silent costs little, but a server that
counts it against its limit turns away whoever comes next.
"""

from __future__ import annotations

import asyncio
import time

from uvicorn.protocols.http.h11_impl import H11Protocol

SILENT = 64
"""Lines that may be silent at a time: a browser opens six, and some more in advance."""


class Line(H11Protocol):
    """One line. Where too many are silent, the one that was so the longest is cut; a browser just opens another."""

    _opened = 0.0

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as its parent has it
        """Begin, and make room."""
        super().connection_made(transport)
        self._opened = time.monotonic()
        silent = [one for one in self.connections if isinstance(one, Line) and one._is_silent]
        if len(silent) > SILENT:
            min(silent, key=lambda one: one._opened).transport.abort()

    @property
    def _is_silent(self) -> bool:
        """Whether nothing was asked for, or all that was is answered."""
        return not self.transport.is_closing() and (self.cycle is None or self.cycle.response_complete)
