"""The numbers of theory.md."""
