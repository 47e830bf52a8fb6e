"""Runs of processes: their rows, their accounts, their history, and what people do about them."""
