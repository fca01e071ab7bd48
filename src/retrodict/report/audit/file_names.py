"""What the files in the folder of an audit are called."""

from __future__ import annotations

HTML, JSON = "report.html", "report.json"
FOLDERS = {"from_file": "reconstruction", "by_query": "reconstruction_by_query"}
"""Where each extraction lies."""
