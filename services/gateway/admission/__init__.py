"""What a request must be like, and how many may come, before anything else looks at it."""
