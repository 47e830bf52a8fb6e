"""Calls by staff: outcomes, the queue, and the marks that customers give."""
