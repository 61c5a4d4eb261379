"""Approvals of a ticket: who is asked, level by level, and what they answer."""
