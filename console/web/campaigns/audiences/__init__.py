"""Audiences as forms."""
