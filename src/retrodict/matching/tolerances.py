"""What counts as met: how far sums of a true table may be from those stated."""

MET = 1e-6
"""Squared misfit, in rows, of equations that are met: sums and decimals are rounded."""
CONTRADICTED = 1e-2
"""Squared misfit, in rows, that says of equations which even parts of rows can't meet that they contradict one another:
a wrong rate, penalty or class weight leaves several, rounding a millionth."""
