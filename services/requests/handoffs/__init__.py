"""Hand-offs: part of a ticket is offered to another department, which takes it over or sends it back."""
