"""The page of touches."""
