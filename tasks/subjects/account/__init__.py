"""Accounts: what customers owe, paid and promised."""
