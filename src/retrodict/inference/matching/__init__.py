"""Whole tables rebuilt from the node counts that trees store."""

from retrodict.inference.matching.problem import Problem

__all__ = ["Problem"]
