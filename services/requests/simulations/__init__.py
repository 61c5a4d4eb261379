"""What if: a proposed version or another calendar, over tickets of the past."""
