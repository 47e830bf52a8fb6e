"""Customers who may buy a car."""
