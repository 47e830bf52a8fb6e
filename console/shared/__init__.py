"""Shared by the command line, the web console and the API."""
