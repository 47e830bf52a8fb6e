"""The policies and templates in force, and how people change them."""
