"""Explanations: what a customer was told, what not, and why. For `aftercare why`, the console and the API."""
