"""What touches say: letters filled in from the facts, their links, and the templates behind them."""
