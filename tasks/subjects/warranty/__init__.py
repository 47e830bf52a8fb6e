"""Warranties, and the inspections before they end."""
