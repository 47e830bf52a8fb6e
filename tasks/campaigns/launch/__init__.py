"""From the approval of a campaign to its last wave."""
