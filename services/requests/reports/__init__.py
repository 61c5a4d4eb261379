"""Figures over many tickets, each with what it counts and how sure it is."""
