"""Use cases of keys, tokens, sign-ins and grants."""
