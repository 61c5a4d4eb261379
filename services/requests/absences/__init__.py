"""The service's own copy of absences: who is away from a department, and who takes care of their tickets."""
