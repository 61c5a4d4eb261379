"""Exclusions: a side asks that a time that is over be left out; granted, it enters the outcomes after decisions."""
