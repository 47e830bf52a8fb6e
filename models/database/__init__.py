"""How tables come about: their base, their migrations, their schema."""
