"""Absences: from which day to which somebody is away from a department, and who stands in; never why."""
