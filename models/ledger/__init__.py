"""The ledger: touches, verdicts, runs, cases, and their read models."""
