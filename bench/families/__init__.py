"""The table of families.md."""
