"""Routes of people and of a department's members."""
