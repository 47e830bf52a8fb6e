"""The page of policies."""
