"""The service's own copy of the people: ids, customer types and where they work, never names."""
