"""Freezes: two departments agree beforehand to leave a time out, and every open ticket between them knows it."""
