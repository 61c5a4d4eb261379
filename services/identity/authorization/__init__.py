"""Signing in, refreshing, the OAuth 2.0 server and its keys."""
