"""A campaign's texts, their maximum length, and test messages."""
