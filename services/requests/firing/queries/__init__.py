"""The statements of firing: what is due and written at once, what follows it, when to look next."""
