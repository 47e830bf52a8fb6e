"""The page of notices to departments."""
