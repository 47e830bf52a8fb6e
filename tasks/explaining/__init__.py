"""What was said to a customer, what was not, and why: for `aftercare why` and whoever else asks."""
