"""People, their roles in the organisation and in departments."""
