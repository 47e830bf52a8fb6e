"""`aftercare campaign` and its sub-commands."""
