"""Identity: who belongs to which department, and the tokens that say so."""
