"""The API for programs, and the webhooks for gateways."""
