"""In from outside: the API for programs, and the webhooks for gateways."""
