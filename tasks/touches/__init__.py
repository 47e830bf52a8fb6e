"""Single touches as people work on them: listed, approved, settled, and settled by receipts."""
