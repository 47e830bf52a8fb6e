"""Templates, the variables that they may use, and the links in them."""
