"""Use cases of local accounts: one-time links, setting and checking a password."""
