"""Hearing of changes once in each process, and passing them on to everybody who may see them."""
