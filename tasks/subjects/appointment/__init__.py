"""Appointments, from the request to the arrival."""
