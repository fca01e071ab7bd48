"""Copies of models without the facts that prediction does not need."""

from retrodict.sanitizing.defence import Defence
from retrodict.sanitizing.result import Sanitized
from retrodict.sanitizing.run import sanitize

__all__ = ["Defence", "Sanitized", "sanitize"]
