"""Monthly statements of accounts."""
