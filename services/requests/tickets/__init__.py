"""Tickets: submitted, acted upon, read; each act appends facts and rewrites what the fold says of them."""
