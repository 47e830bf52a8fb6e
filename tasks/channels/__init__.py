"""How a message leaves the house: one contract, three kinds of channel."""
