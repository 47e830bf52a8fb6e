"""Appointments at the workshop."""
