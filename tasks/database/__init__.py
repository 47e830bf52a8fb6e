"""Working on the database: leases, cursors, timeouts, statistics, and what is cleaned up every night."""
