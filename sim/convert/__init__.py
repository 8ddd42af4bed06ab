"""Weights of other libraries, read and written by the name of each block, never by its position alone."""
