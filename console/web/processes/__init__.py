"""Making a process without code."""
