"""What files do not hold of how trees were grown, inferred by consistency: rates, penalties, starts, counts of rows."""
