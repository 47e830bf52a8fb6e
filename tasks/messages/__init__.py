"""Messages: letters rendered from the facts, their links and templates."""
