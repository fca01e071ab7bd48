"""The trees of ONNX graphs as equations about the training table: leaf values of 32 bits, whoever grew them."""
