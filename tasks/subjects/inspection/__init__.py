"""Inspections before a warranty ends."""
