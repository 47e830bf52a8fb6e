"""What is arranged about accounts."""
