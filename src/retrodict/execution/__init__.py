"""Work spread over processes: one function, many tasks; worker processes of this machine, or a Ray cluster."""

from retrodict.execution.pool import Failure, Outcome, Pool, map_ordered

__all__ = ["Failure", "Outcome", "Pool", "map_ordered"]
