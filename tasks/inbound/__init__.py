"""Inbound: whatever customers say by themselves is recorded once, and leaves only by an answer."""
