"""Authentication: sign-in, sessions, and protection against requests from other sites."""
