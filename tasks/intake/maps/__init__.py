"""Maps: which column of a foreign file is which of ours."""
