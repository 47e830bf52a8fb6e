"""The page of campaigns."""
