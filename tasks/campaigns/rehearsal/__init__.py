"""The dry run of a campaign."""
