"""Cars: what other subjects are about."""
