"""What the command line, the web console and the API have in common."""
