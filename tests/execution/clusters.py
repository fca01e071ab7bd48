"""Ray clusters of several nodes, all of them on this machine."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

import pytest

from retrodict.execution import ray as pools

TRIES = 3
"""On a busy machine a node may not be up within the half minute that Ray gives it."""


@contextmanager
def cluster_of(nodes: int) -> Iterator[tuple[Any, list[Any]]]:
    """Start a head without cores of its own and nodes of one core each, which inherit the environment; give both."""
    pytest.importorskip("ray", reason="ray is not installed: pip install 'retrodict[ray]'")
    ray = pools._ray()
    from ray.cluster_utils import Cluster

    for left in reversed(range(TRIES)):
        made = None
        try:
            made = Cluster(initialize_head=True, head_node_args={"num_cpus": 0, "include_dashboard": False})
            added = [made.add_node(num_cpus=1) for _ in range(nodes)]
            made.wait_for_nodes(timeout=120)
            break
        except Exception:
            with suppress(Exception):
                made.shutdown()
            if not left:
                raise
    try:
        yield made, added
    finally:
        ray.shutdown()
        made.shutdown()
