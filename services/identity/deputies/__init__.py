"""Deputies: who stands in for a department's manager, from which day to which."""
