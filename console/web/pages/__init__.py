"""The pages of the console, one module each. Importing a module registers its page."""
