"""Use cases of exclusions: asked for by one side, decided by the other, taken to tickets by a worker."""
