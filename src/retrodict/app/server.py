"""The server of the app, and how a signal ends it: in order, and told once."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

import uvicorn


class Server(uvicorn.Server):
    """A server that signals end as they end any command.

    Its parent sends itself each signal a second time once it has ended, which a command takes for a user in a hurry.
    """

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Hear signals while the app is served; whoever would have heard them is told afterwards."""
        heard: list[int] = []

        def hear(number: int, frame: FrameType | None) -> None:
            heard.append(number)
            self.should_exit = True

        numbers = [getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name)]
        if threading.current_thread() is not threading.main_thread():
            numbers = []  # signals come to that thread alone
        # what a terminal or a shell told to ignore stays so
        before = {one: signal.signal(one, hear) for one in numbers if signal.getsignal(one) is not signal.SIG_IGN}
        try:
            yield
        finally:
            for one, handler in before.items():
                signal.signal(one, handler)
        if heard:
            handler = before[signal.Signals(heard[0])]
            if callable(handler):
                handler(heard[0], None)
            else:
                signal.raise_signal(heard[0])
