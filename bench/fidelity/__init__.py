"""The numbers of fidelity.md."""
