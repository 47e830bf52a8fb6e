"""Intervals of services."""
