"""Workers of a cluster start in the environment of their node, however the main process was started."""

from __future__ import annotations

from pathlib import Path

import pytest

from retrodict.execution import map_ordered
from retrodict.execution.ray import Ray
from tests.execution.tasks import square

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.slow
def test_nothing_is_sent_or_built_under_uv_run(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("ray", reason="ray is not installed: pip install 'retrodict[ray]'")
    from ray._private import ray_constants
    from ray._private.runtime_env import uv_runtime_env_hook

    # As after an import of ray by someone else, in a process that `uv run` started.
    monkeypatch.setattr(ray_constants, "RAY_ENABLE_UV_RUN_RUNTIME_ENV", True)
    asked: list[object] = []

    def builds(runtime_env: object) -> dict[str, str]:
        asked.append(runtime_env)
        return {"py_executable": "uv run --no-such-option python"}

    monkeypatch.setattr(uv_runtime_env_hook, "_get_uv_run_cmdline", lambda: ["uv", "run", "pytest"])
    monkeypatch.setattr(uv_runtime_env_hook, "hook", builds)
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    assert [found.value for found in map_ordered(square, range(3), Ray(1))] == [0, 1, 4]
    assert asked == []
    assert ray_constants.RAY_ENABLE_UV_RUN_RUNTIME_ENV is True
