"""What a kind of subject tells about itself, and how the kits are found."""
