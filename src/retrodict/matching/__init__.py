"""Whole tables rebuilt from the node counts that trees store."""

from retrodict.matching.capability import TreeTable, read_problem
from retrodict.matching.codebook import Codebook
from retrodict.matching.problem import Problem
from retrodict.matching.reading import Reading
from retrodict.matching.reference import energy
from retrodict.matching.search.engine import Matched, Matching

__all__ = ["Codebook", "Matched", "Matching", "Problem", "Reading", "TreeTable", "energy", "read_problem"]
