"""Interactions: who asks whom for service, the unit on which score, action and recognition hang."""
