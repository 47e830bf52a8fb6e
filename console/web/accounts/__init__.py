"""What accounts owe, who is on hold, and what is arranged about it."""
