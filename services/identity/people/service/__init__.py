"""Use cases of people and of memberships."""
