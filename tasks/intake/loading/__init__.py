"""How the staged rows of each kind become facts of the shared database."""
