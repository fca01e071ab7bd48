"""Long lists of attributes as arrays."""

from __future__ import annotations

import numpy as np
import pytest

onnx = pytest.importorskip("onnx")


def test_lists_are_read_as_protocol_buffers_hold_them() -> None:
    from retrodict.families.onnx.long_lists import floats_of, ints_of

    rng = np.random.default_rng(0)
    floats = np.concatenate([rng.normal(size=2_000), [np.inf, -np.inf, -0.0, 1e-45]]).astype(np.float32)
    ints = np.concatenate([rng.integers(-(2**63), 2**63 - 1, 500), np.arange(-300, 300), 2 ** np.arange(63)])
    made = onnx.helper.make_attribute("nodes_values", floats.tolist())
    assert np.array_equal(floats_of(made).view(np.int32), floats.view(np.int32))
    made = onnx.helper.make_attribute("nodes_ids", ints.tolist(), doc_string="told")
    assert ints_of(made).tolist() == ints.tolist()
    assert not len(ints_of(onnx.AttributeProto(name="empty")))
    assert not len(floats_of(onnx.AttributeProto(name="empty")))
