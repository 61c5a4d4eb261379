"""Statistics: few, right, always with n. Pure; the source of each formula stands beside it."""
