"""Use cases of rulings: of a priority by the two sides, of calendars and agreements by a worker."""
