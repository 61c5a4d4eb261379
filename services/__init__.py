"""Acuerdo: the backend for service between the departments of one organisation."""
