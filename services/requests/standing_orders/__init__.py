"""Standing orders: the same request, submitted on a schedule in the name of whom set it up."""
