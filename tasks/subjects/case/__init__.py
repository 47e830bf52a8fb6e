"""Complaints, after they were closed."""
