"""The language of cells: what an equation is, what a declaration is, and what its derivative is."""
