"""What processes are about: the tables of each subject."""
