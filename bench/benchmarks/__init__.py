"""The numbers of benchmarks.md."""
