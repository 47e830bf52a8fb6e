"""Stores, staff, customers, users and what each may do."""
