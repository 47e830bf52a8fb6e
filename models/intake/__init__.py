"""What is remembered of imports."""
