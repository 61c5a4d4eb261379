"""A request goes to its service and the answer comes back, and nothing passes on the way that is not listed."""
