"""The page of approvals."""
