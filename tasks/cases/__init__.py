"""What a person must settle by a deadline."""
