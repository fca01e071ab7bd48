"""The numbers of conversions.md."""
