"""Work that another system recorded, brought in as tickets with all their facts; a second time changes nothing."""
