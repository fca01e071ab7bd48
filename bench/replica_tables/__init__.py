"""The numbers of replica_tables.md."""
