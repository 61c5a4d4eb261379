"""Pure: what a ticket keeps of its promise, its events and its fold, to and from rows."""
