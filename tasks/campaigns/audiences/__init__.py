"""Audiences: compiled to queries, counted, listed and saved."""
