"""The stores and their staff: contact rules, members of staff, and the word sent to departments."""
