"""The one origin that clients talk to: it checks, limits and passes on, and knows no word of the domain."""
