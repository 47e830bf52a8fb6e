"""Words, values and settings that every room shares."""
