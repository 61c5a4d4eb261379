"""The firing worker, and each thing that it does."""
