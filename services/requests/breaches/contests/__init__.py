"""Contests: a side says that an interval of the ledger was somebody else's; the other side decides."""
