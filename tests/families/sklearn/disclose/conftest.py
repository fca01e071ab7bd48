from __future__ import annotations

from collections.abc import Iterator

import pytest
from threadpoolctl import threadpool_limits


@pytest.fixture(autouse=True)
def _one_thread() -> Iterator[None]:
    """Fit tiny models on one thread: where cores are shared, OpenMP's threads wait seconds for one another."""
    with threadpool_limits(1):
        yield
