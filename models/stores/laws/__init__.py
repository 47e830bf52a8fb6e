"""Packs of rules about contacting customers, as data with their sources, and where a customer may be."""
