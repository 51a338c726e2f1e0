"""What networks run on where TensorFlow is not needed: a graph, and ONNX Runtime for it."""
