"""What pages may do, as browsers are told."""

from __future__ import annotations

POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
"""Of our own pages: nothing from anywhere else, and nothing inline."""

REPORT_POLICY = (
    "sandbox allow-same-origin allow-popups; default-src 'none'; style-src 'unsafe-inline'; img-src data:; "
    "form-action 'none'; base-uri 'none'; frame-ancestors 'none'"
)
"""Of reports, which hold words of files from outside: no script, no form, and nothing is loaded. Styles stand in the
page, so that it is one file. With an origin of its own its links to other reports would lack the session."""
