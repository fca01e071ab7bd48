"""What the statements of trees are called."""

ROWS = "rows"
VALUES = "leaf values"
