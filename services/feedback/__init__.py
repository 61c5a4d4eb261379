"""The feedback service: how service between departments felt, and what followed from it."""
