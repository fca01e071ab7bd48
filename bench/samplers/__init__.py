"""The same posteriors drawn by retrodict and by other samplers, with and without an evidence of their own."""
