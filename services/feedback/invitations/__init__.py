"""Invitations: who is asked about which fulfilment, by which link, and who was not asked and why."""
