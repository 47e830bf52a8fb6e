"""The page of templates."""
