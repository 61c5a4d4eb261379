"""The catalogue: what each department offers, with the targets that it publishes for it."""
