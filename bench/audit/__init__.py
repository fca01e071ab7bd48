"""The numbers of audit.md."""
