"""The sample dealership: a fictional business with everything that the four processes meet in practice."""
