"""What staff do about accounts by hand: hold and release them, and arrange when they are chased."""
