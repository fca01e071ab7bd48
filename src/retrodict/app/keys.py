"""What lets a browser in: a link that works once, and a session that the link is exchanged for."""

from __future__ import annotations

import hmac
import secrets
from dataclasses import dataclass, field

SESSION_SECONDS = 12 * 3_600
"""How long a browser keeps the session: closed and opened again within a working day, it is still let in."""


def _secret() -> str:
    return secrets.token_urlsafe(32)


@dataclass
class Keys:
    """The secrets of one run of the app; none of them is written to disk.

    Parameters
    ----------
    token
        Of the link; ``None`` once it was used.
    session
        What the cookie holds.
    form
        Goes along with every form, so that no other page can send one.
    room
        Under which path all pages lie. Browsers send a cookie to every port of a machine, and on a shared machine
        another port may be another person's: this one is sent to this path alone, which nobody else knows.
    """

    token: str | None = field(default_factory=_secret, repr=False)
    session: str = field(default_factory=_secret, repr=False)
    form: str = field(default_factory=_secret, repr=False)
    room: str = field(default_factory=lambda: secrets.token_hex(16), repr=False)

    def use(self, token: str) -> bool:
        """Whether a link opens the door; from then on it does not."""
        if self.token is None or not same(token, self.token):
            return False
        self.token = None
        return True


def same(given: str | None, secret: str) -> bool:
    """Whether a text is the secret, in a time that does not tell how much of it is right."""
    return given is not None and hmac.compare_digest(given.encode("utf-8", "replace"), secret.encode())
