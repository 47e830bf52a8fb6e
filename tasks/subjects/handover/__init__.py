"""Handovers of cars."""
