"""A package, so that the servers which its tests share end with the last of them."""
