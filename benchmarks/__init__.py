"""How fast Aftercare is, measured beside what a bare program would need for the same: `python -m benchmarks`."""
