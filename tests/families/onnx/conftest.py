"""Tests of graphs need the libraries that run and make them: without these, none is collected."""

from importlib.util import find_spec

NEEDED = ("onnx", "onnxruntime", "skl2onnx", "onnxmltools")
collect_ignore_glob = [] if all(find_spec(name) for name in NEEDED) else ["test_*.py"]
