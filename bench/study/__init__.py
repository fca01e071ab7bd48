"""The numbers of study.md."""
