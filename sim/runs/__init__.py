"""Numbers: a layer run forward and back, alone or in networks, for one example or thousands."""
