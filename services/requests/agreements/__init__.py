"""Agreements: what two departments promise each other, in versions that both sides sign."""
