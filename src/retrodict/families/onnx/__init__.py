"""ONNX: graphs of operators, as skl2onnx, onnxmltools, CatBoost and libraries of networks write them."""
