"""Whose customers are whose: set, found by rule, listed, handed over, and covered while somebody is away."""
