"""Audiences: conditions as queries, counted, listed, and kept under names."""
