"""The pages of touches."""
