"""Routes of responses: the answer page, and JSON."""
