"""The numbers of CONTRIBUTING.md."""
