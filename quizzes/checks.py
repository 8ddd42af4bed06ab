"""Index of the system checks; each feature defines its own."""
