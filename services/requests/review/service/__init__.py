"""Use cases of review packs."""
