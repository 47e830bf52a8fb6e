"""Providers by their published APIs. Each module declares its `SCHEMES` and is found by being here."""
