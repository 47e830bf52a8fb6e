"""The page of calls."""
