"""A small organisation to look at: a hospital's six departments, their people, what they offer, weeks of tickets."""
