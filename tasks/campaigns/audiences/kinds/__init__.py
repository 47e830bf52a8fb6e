"""What the conditions of audiences ask the database, found by being there: every module holds `HOLDS`."""
