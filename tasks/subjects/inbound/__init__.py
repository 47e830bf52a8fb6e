"""Inbound as a subject."""
