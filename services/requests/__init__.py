"""Promises between departments, the tickets under them, and the time that each side held."""
