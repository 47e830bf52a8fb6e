"""Repair orders."""
