"""The numbers of docs/results/audit.md."""
