"""Pages for customers behind personal links: plain HTML without JavaScript."""
