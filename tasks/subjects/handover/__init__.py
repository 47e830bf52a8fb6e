"""Cars handed over to their buyers."""
