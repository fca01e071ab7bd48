"""The standards that a model may be judged by, as the page offers them."""

from __future__ import annotations

PROFILES = (
    ("default", "Ordinary", "For a model that goes to others, of whom nothing in particular is known."),
    ("internal", "Inside the organisation", "For a model that is used by staff who may see the training rows."),
    ("safe-setting", "In a safe setting", "For known users, bound by contract, who take nothing out unchecked."),
    ("public-release", "For everybody", "The strictest: anyone may have the model, and it can’t be taken back."),
)
"""Name of the risk appetite, title, and what it is for."""

NAMES = tuple(name for name, _, _ in PROFILES)
