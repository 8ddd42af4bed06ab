"""Misconceptions as replaced equations, and a learner followed with his own numbers."""
