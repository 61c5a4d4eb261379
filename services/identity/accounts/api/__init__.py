"""Routes of local accounts, one of them a page for people."""
