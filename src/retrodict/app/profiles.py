"""The standards that a model may be judged by, as the page offers them."""

from __future__ import annotations

PROFILES = (
    ("default", "Ordinary", "Limits for a model that goes to people who have no contract with you."),
    ("internal", "Inside the organisation", "For a model that stays with people who may see such data anyway."),
    ("safe-setting", "Out of a safe setting", "For a model that leaves a research environment for named users."),
    ("public-release", "For everybody", "The strictest: the file is published, and anyone may keep it for ever."),
)
"""Name of the risk appetite, title, and what it is for."""

NAMES = tuple(name for name, _, _ in PROFILES)
