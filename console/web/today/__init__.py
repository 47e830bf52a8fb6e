"""The pages of today."""
