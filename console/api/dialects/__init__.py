"""How providers report receipts and replies, where it is not our own way: `/hooks/NAME/…?as=DIALECT`.

Each module is a dialect, and is found by its name. It checks that a call is genuine, reads it, and answers it the way
the provider expects.
"""
