"""Dossiers of breaches: why a promise was not kept, what the other side says of that, and what was decided."""
