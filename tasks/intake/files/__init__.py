"""Files of other systems, read row by row, and the rows that were refused."""
