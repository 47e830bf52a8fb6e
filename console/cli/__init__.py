"""The `aftercare` command, one module for each sub-command."""
