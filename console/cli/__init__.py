"""The `aftercare` command, one module a sub-command."""
