"""Those who work here: how they are told of their work, and the desks that they hand over."""
