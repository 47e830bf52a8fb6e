"""Inspections before a warranty ends: the form for the workshop, the claims, and what came of it."""
