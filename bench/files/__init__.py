"""The numbers of files.md."""
