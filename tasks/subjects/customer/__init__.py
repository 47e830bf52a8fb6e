"""Customers themselves as a subject."""
