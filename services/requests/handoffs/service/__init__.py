"""Use cases of hand-offs: offering, answering, and what is told of them."""
