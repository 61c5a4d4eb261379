"""Use cases of freezes: two sides agree, a worker takes what is agreed to each ticket."""
