"""Warranties, by date and by mileage."""
