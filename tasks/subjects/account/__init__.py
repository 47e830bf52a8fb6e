"""Accounts: what is owed, netted and promised."""
