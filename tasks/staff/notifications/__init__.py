"""Word to staff: collected from what is on record, grouped, written, and sent once."""
