"""The numbers of replicas.md."""
