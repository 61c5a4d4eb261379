"""Responses: what people answer, on the page that a link opens or through the API."""
