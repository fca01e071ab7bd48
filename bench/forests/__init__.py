"""The numbers of forests.md."""
