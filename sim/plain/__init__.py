"""What needs no layer: counts of weights, shapes, products along a chain of steps, and the slips in them."""
