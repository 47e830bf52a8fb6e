"""What a campaign says, how long it can become, and test messages of it."""
