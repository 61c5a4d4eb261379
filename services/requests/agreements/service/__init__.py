"""Proposing, signing and ending agreements."""
