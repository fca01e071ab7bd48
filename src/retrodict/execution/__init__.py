"""Where a study's cells are measured: worker processes of this machine, or a Ray cluster."""
