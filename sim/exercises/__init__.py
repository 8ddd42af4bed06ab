"""Exercises with drawn numbers: which are fair, and which slips they can name."""
