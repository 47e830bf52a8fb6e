"""Cases: matters that a person must settle by a deadline."""
