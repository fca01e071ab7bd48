"""Distilling models without data: agreement on real rows against model calls, ours beside other query generators."""
