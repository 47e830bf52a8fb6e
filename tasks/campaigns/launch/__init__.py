"""A campaign from its approval to its last wave."""
