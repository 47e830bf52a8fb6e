"""When a store works and contacts its customers."""
