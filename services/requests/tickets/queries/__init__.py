"""The statements of tickets: writing an act in one, reading one ticket, reading pages."""
