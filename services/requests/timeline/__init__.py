"""The heart, pure: facts on a ticket → its state, its time ledger, its links, its clocks, and why each number is so."""
