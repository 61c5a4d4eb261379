"""Rulings: a rule changes for open tickets (a priority, a calendar, an agreement), from now on and never before."""
