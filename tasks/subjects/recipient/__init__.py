"""Recipients of campaigns."""
