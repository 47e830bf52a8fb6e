"""Stores and their staff: contact rules, members of staff, and notices to departments."""
