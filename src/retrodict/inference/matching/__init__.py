"""Whole tables rebuilt from the node counts that trees store."""

from retrodict.inference.matching.codebook import Codebook
from retrodict.inference.matching.engine import Matched, Matching
from retrodict.inference.matching.problem import Problem
from retrodict.inference.matching.reading import Reading, read_problem
from retrodict.inference.matching.reference import energy

__all__ = ["Codebook", "Matched", "Matching", "Problem", "Reading", "energy", "read_problem"]
