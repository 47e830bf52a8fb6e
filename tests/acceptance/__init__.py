"""A package, so that the servers shared by its tests end with the last of them."""
