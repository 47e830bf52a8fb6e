"""The figures of the console's first page and of its page on health: of one store, or of all."""
