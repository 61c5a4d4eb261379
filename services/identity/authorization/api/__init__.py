"""Routes of sign-ins, of the OAuth 2.0 server, and of who am I."""
