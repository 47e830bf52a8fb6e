"""Customers as people look them up: found, read, what became of them, their consent, their data given out or erased."""
