"""Word to staff: how each of them is reached, when, and what was sent."""
