"""Accepting simulations, and the worker that runs them."""
