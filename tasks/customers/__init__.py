"""Customers: search, card, timeline, consent, export and erasure."""
