"""Cells read as amounts, dates, phone numbers, choices."""
