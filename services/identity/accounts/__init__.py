"""Local passwords, for the first start and for when no identity provider is there."""
