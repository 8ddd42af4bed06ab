"""What stands behind `make run`: one process that sets up, starts, watches and ends all parts of an embedded site.

It loads Django once and forks every part from there, so that they share that memory and start at once.
"""
