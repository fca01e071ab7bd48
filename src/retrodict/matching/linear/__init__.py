"""Tables found as the solutions of linear equations: possible rows are priced, and enter a least squares of few."""
