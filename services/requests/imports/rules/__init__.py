"""Pure: rows of another system's log, read as a mapping declares, and the facts that they make."""
