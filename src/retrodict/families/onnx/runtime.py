"""Runs of a graph by onnxruntime: in blocks of a few fixed sizes, each of which was tried before and has one thread."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cache, cached_property
from typing import Any

import numpy as np
import onnx
import onnxruntime

from retrodict import threads
from retrodict.errors import ScoringError
from retrodict.families.onnx.graph import Graph
from retrodict.models.trial import MEMORY
from retrodict.plain_text import one_line

Array = np.ndarray

SIZES = (8, 64, 512, 2048)
"""Rows of a block: what a graph takes may depend on their number in any way, so that only sizes that were tried are
used. Not one row: matrix products of one row are computed in another order, and end in another last bit."""
_WORKERS, _BLOCKS_EACH = 8, 4
"""Threads that run blocks beside one another at most, and blocks that a thread is worth. onnxruntime's own threads
share out the rows of a block by their number; ours take whole blocks, whose outputs are the same."""
_PROVIDERS = ["CPUExecutionProvider"]


def bare(model: onnx.ModelProto, outputs: Sequence[onnx.ValueInfoProto] | None = None) -> onnx.ModelProto:
    """Return what onnxruntime is given of a model: what its outputs, or others, are computed from, and no more.

    Parameters
    ----------
    model
        The model; it is left as it is.
    outputs
        Tensors of its graph that are wanted instead of its outputs.
    """
    out = onnx.ModelProto(ir_version=model.ir_version)
    out.opset_import.extend(model.opset_import)
    graph = model.graph
    wanted = list(graph.output) if outputs is None else list(outputs)
    nodes = Graph(graph).needed([one.name for one in wanted])
    out.graph.name = "retrodict"
    out.graph.node.extend(nodes)
    out.graph.input.extend(graph.input)
    out.graph.initializer.extend(graph.initializer)
    out.graph.output.extend(wanted)
    for one in out.graph.output:
        for part in (one.type.tensor_type, one.type.sequence_type.elem_type.map_type.value_type.tensor_type):
            if part.HasField("shape"):  # what exporters write there is wrong now and then, and not needed
                part.ClearField("shape")
    return out


def wanted(name: str, kind: int = onnx.TensorProto.FLOAT) -> onnx.ValueInfoProto:
    """Return a tensor as an output of any shape."""
    return onnx.helper.make_tensor_value_info(name, kind, None)


@cache
def _arena() -> bool:
    """Give onnxruntime one store of memory with an end, for all sessions here; whether it took it."""
    kind = onnxruntime.OrtAllocatorType.ORT_ARENA_ALLOCATOR
    where = onnxruntime.OrtMemoryInfo("Cpu", kind, 0, onnxruntime.OrtMemType.DEFAULT)
    try:
        onnxruntime.create_and_register_allocator(where, onnxruntime.OrtArenaCfg({"max_mem": MEMORY}))
    except Exception:  # someone else has registered one: that is used, whatever its end is
        return False
    return True


def _bounded(options: Any) -> None:
    """Let a session take no more than a trial may: what fails there for want of memory fails here, too."""
    if _arena():
        options.add_session_config_entry("session.use_env_allocators", "1")


class Engine:
    """A graph that is run; the session is made at the first run, and copies make their own.

    Parameters
    ----------
    model
        The graph, with the outputs that are wanted.
    size
        The number of rows that it takes at a time; ``None`` where it takes any.
    """

    def __init__(self, model: onnx.ModelProto, size: int | None = None) -> None:
        self.content = model.SerializeToString()
        self.outputs = [one.name for one in model.graph.output]
        self.sizes = SIZES if size is None else (size,)

    def __getstate__(self) -> dict[str, Any]:
        """Return what is copied and pickled: all but the session."""
        return {name: value for name, value in vars(self).items() if name != "session"}

    @cached_property
    def session(self) -> onnxruntime.InferenceSession:
        """The session: one thread, nothing printed or written."""
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        options.execution_mode = onnxruntime.ExecutionMode.ORT_SEQUENTIAL
        options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_ENABLE_ALL
        options.enable_profiling = False
        options.log_severity_level = 4
        _bounded(options)
        try:
            return onnxruntime.InferenceSession(
                self.content, options, providers=["CPUExecutionProvider"], enable_fallback=0
            )
        except Exception as error:  # compiled code, of any kind
            told = f"onnxruntime {onnxruntime.__version__} can't run it: {one_line(error, 200)}"
            raise ScoringError(f"{told}; export the model again") from error

    def run(self, feeds: dict[str, Array], n: int) -> list[Any]:
        """Return each output for `n` rows: arrays, or lists of what stands for each row.

        Raises
        ------
        ScoringError
            If onnxruntime fails on them.
        """
        blocks = self._blocks(n)
        workers = threads.own(min(_WORKERS, len(blocks) // _BLOCKS_EACH))
        if workers < 2:
            parts = [self._block(feeds, *block) for block in blocks]
        else:
            _ = self.session  # made once, before several threads ask for it
            with ThreadPoolExecutor(workers, thread_name_prefix="retrodict-onnx") as pool:
                parts = list(pool.map(lambda block: self._block(feeds, *block), blocks))
        return [_joined([part[i] for part in parts]) for i in range(len(self.outputs))]

    def _blocks(self, n: int) -> list[tuple[int, int, int]]:
        largest = self.sizes[-1]
        out = [(start, start + largest, largest) for start in range(0, n - largest + 1, largest)]
        done = len(out) * largest
        if done < n or not out:
            out.append((done, n, next(size for size in self.sizes if size >= n - done)))
        return out

    def _block(self, feeds: dict[str, Array], start: int, stop: int, size: int) -> list[Any]:
        rows, session = stop - start, self.session
        own = {name: _filled(values[start:stop], size) if rows < size else values[start:stop]
               for name, values in feeds.items()}  # fmt: skip
        try:
            found = session.run(None, own)
        except Exception as error:  # compiled code, of any kind
            raise ScoringError(f"onnxruntime fails on the rows: {one_line(error, 200)}") from error
        for one in found:
            if np.ndim(one) > 0 and len(one) != size:
                raise ScoringError(f"the model gives {len(one)} outputs for {size} rows; one for each row is needed")
        return [one[:rows] for one in found]


def _filled(values: Array, size: int) -> Array:
    """Return a block of the full size, its last row repeated."""
    if not len(values):
        empty = "" if values.dtype == object else 0
        return np.full((size, *values.shape[1:]), empty, dtype=values.dtype)
    return np.concatenate([values, np.repeat(values[-1:], size - len(values), axis=0)])


def _joined(parts: list[Any]) -> Any:
    if all(isinstance(one, np.ndarray) for one in parts):
        return parts[0] if len(parts) == 1 else np.concatenate(parts)
    return [row for part in parts for row in part]
