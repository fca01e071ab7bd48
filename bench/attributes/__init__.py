"""What is inferred of single columns: coverage on worlds with known truth, and lifts on real tables."""
