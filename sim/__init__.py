"""Worked numbers of recurrent cells, exact, derived from one declaration of each cell.

    import sim

    layer = sim.layer("lstm", {"W_i": [[-1.7]], "U_i": [[-0.6]], "b_i": [0.6], ...})
    trace = sim.exact(layer, x=[[0.9]], h0=[-0.7], c0=[1.3], decimals=4)
    trace["c"]            # array([[0.8165]]): (T, H), steps count from 1
    trace.at("c_prev", 1) # one step: any declared name, x, h_prev, c_prev or a weight
    list(trace)           # a_i i a_f f a_g g a_o o c tanh_c h

Cells        cell, layer, CELLS, CONVENTIONS; `cell.note` is the convention in one sentence
Numbers      forward, exact, kept_to, forward_many
Slips        slips_for, slip_named, evaluate_slip, first_departure; `slip.wrong` is a cell that every printer takes
             evaluate_with, trace_with: the same where the learner's own earlier numbers stand
Exercises    Exercise, Range, draw, certify
Printers     explain(trace, step) gives a `Line` per quantity: formula, substituted, words, text, values, shown.
             One at a time: mathml, words, latex, text (of a cell and a name, or of a slip);
             substituted, substituted_text, substituted_words (of a trace, a name and a step);
             svg (of a trace and a step, or of a cell); numpy_code (of a trace)

Only the names below are meant for others. Everything refused is a `SimError` with `code`, `message` and `hint`.
"""

from sim.cells import CELLS, CONVENTIONS, Cell, cell
from sim.certificates import Certificate, certify
from sim.departures import evaluate_slip, first_departure
from sim.draws import draw
from sim.errors import SimError
from sim.exercises import Exercise, Range
from sim.following import evaluate_with, trace_with
from sim.layers import Layer, layer
from sim.printers.code import numpy_code
from sim.printers.diagram import svg
from sim.printers.latex import latex
from sim.printers.lines import Line, explain
from sim.printers.mathml import mathml, substituted
from sim.printers.text import substituted_text, text
from sim.printers.words import substituted_words, words
from sim.slips import Slip, slip_named, slips_for
from sim.traces import Trace, exact, forward, forward_many, kept_to

__all__ = [
    "CELLS",
    "CONVENTIONS",
    "Cell",
    "Certificate",
    "Exercise",
    "Layer",
    "Line",
    "Range",
    "SimError",
    "Slip",
    "Trace",
    "cell",
    "certify",
    "draw",
    "evaluate_slip",
    "evaluate_with",
    "exact",
    "explain",
    "first_departure",
    "forward",
    "forward_many",
    "kept_to",
    "latex",
    "layer",
    "mathml",
    "numpy_code",
    "slip_named",
    "slips_for",
    "substituted",
    "substituted_text",
    "substituted_words",
    "svg",
    "text",
    "trace_with",
    "words",
]
