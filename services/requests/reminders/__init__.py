"""Reminders: an agreement that is to be reviewed, or that ends soon, is told to the managers of both sides."""
