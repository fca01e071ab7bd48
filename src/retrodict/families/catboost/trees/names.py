"""What the statements of trees are called."""

ROWS = "rows"
VALUES = "leaf values"
UNTOLD = "labels_untold"
"""Code of the note that no equation tells labels apart."""
