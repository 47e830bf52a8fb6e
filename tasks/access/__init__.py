"""Who may see and do what in the console: users, their passwords and sessions, and whose data they reach."""
