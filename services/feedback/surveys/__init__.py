"""Surveys: what is asked, in which languages, and what the person who is asked is told beforehand."""
