"""State transitions of touches."""
