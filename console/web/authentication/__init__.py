"""Sign-in, sessions and limits: nobody passes without them."""
