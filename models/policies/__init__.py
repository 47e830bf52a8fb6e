"""Policies as validated data."""
