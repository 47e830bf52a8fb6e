"""Channels that send messages: one contract, several implementations."""
