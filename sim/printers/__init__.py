"""Printers: a declaration as MathML, words, LaTeX, text, code and diagram, with names or with numbers put in."""
