"""Where work is spread to, by the words that users say it with."""

from __future__ import annotations

from retrodict.errors import RequestError
from retrodict.execution.local import Local
from retrodict.execution.pool import Pool
from retrodict.execution.ray import Ray
from retrodict.results.arguments import check_choice, check_count

BACKENDS = ("local", "ray")


def pool_of(backend: str, workers: int | None = None, address: str | None = None) -> Pool:
    """Return the workers that a user asks for.

    Parameters
    ----------
    backend
        ``local``, processes of this machine, or ``ray``.
    workers
        How many, of one thread each; by default as many as cores, of this machine or of the cluster.
    address
        Of a running Ray cluster.

    Raises
    ------
    RequestError
        If there is no such place.
    """
    check_choice(backend, "backend", BACKENDS)
    if workers is not None:
        check_count(workers, "workers")
    if address is not None and backend != "ray":
        raise RequestError("an address is of a Ray cluster; add --backend ray, or leave it out")
    return Ray(workers, address) if backend == "ray" else Local(workers)
