"""Accepting an import, bringing it in case by case, and the worker that does so whatever is restarted meanwhile."""
