"""Service accounts: programs that sign in with a secret and have the scopes that they were given."""
