"""Work on single touches: listing, approving and settling."""
