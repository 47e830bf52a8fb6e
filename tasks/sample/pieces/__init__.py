"""Set pieces of the sample dealership: customers with a story of their own."""
