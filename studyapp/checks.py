"""Unsafe settings are refused at start, each with one sentence that says what to change."""
