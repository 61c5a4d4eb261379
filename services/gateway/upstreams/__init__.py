"""The services as the gateway sees them: replicas, how many requests each may hold, and the one hop to them."""
