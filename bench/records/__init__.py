"""The numbers of records.md."""
