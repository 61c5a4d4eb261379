"""Calendars: versions that are never edited, who works by which, and computing with them in the open."""
