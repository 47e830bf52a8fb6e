"""Work that was done on cars."""
