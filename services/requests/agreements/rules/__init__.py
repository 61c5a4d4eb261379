"""What an agreement says, what contradicts itself in one, which tickets it covers, and how it stands on a date."""
