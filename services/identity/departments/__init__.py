"""Departments: a tree of organisational units with unique codes."""
