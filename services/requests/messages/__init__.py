"""What the platform tells a person: a list for everybody of their own, short even when much happens at once."""
