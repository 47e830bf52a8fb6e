"""Campaigns and their audiences as data."""
