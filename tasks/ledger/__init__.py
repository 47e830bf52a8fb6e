"""The one way in which a touch changes its state."""
