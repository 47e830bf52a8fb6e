"""The ledger: touches, verdicts, runs, cases, and the shapes in which they are told."""
