"""Database tools: leases, cursors, timeouts, statistics, and nightly purging."""
