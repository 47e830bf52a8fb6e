"""The sample dealership: a fictional business with all situations that the four processes meet in practice."""
