"""The subjects of processes: for each kind a folder with its facts, and what else it needs. They are found by being
there."""
