"""The service's own copy of the people: ids and where they belong, never names."""
