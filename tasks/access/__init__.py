"""Access control: users, passwords, sessions, API keys, and whose data each can access."""
