"""Worked numbers of recurrent cells, exact, derived from one declaration of each cell.

    import sim

    layer = sim.layer("lstm", {"W_i": [[-1.7]], "U_i": [[-0.6]], "b_i": [0.6], ...})
    trace = sim.exact(layer, x=[[0.9]], h0=[-0.7], c0=[1.3], decimals=4)
    trace["c"]                       # array([[0.8165]]): (T, H), steps count from 1
    trace.at("c_prev", 1)            # one step: any declared name, x, h_prev, c_prev or a weight
    gradients = sim.backward(trace, dh=[[1]])
    gradients["da_f"], gradients["W_f"]

Cells        cell, CELLS, CONVENTIONS; `cell.note` is the convention in one sentence; declare makes a new one
             layer and network give them weights; from_torch, from_keras, from_onnx and to_… convert
Numbers      forward, exact, kept_to, forward_many; backward; read_out and read for a loss
             influence (what is left of the past), check_gradients (against central differences)
Slips        slips_for, slip_named, evaluate_slip, first_departure; `slip.wrong` is a cell that every printer takes
             evaluate_with, Follower, trace_with: with the learner's own earlier numbers; paired: two slips at once
             plain_questions, plain_slip, evaluate_plain_slip, count_question, …: counts, shapes and chains
Exercises    Exercise, QuestionExercise, Range, draw, certify, accepted, survey
Printers     explain(trace or gradients, step) gives a `Line` per quantity: formula, substituted, words, text, values
             One at a time: mathml, words, latex, text: of a cell and a name, of a slip, or, with numbers, of a trace
             or gradients; in other `letters`. substituted, substituted_text, substituted_words: the numbers alone
             With numbers, all take `decimals=4` or, where they may be small, `decimals=Significant(4)`: 3.217·10⁻⁷
             svg (of a trace and a step, or of a cell); numpy_code and torch_code (of a trace)
             Of a network's trace or gradients, all of these but the substituted tell layer by layer

Only the names below are meant for others. Everything refused is a `SimError` with `code`, `message` and `hint`.
"""

from sim.cells import CELLS, CONVENTIONS, cell
from sim.convert.keras import from_keras, to_keras
from sim.convert.onnx import from_onnx, to_onnx
from sim.convert.torch import from_torch, to_torch
from sim.errors import NoneAccepted, SimError
from sim.exercises.certificates import Survey, accepted, certify, survey
from sim.exercises.draws import draw
from sim.exercises.exercise import Exercise, Range
from sim.exercises.questions import QuestionExercise, rounded_early
from sim.exercises.rules import Certificate
from sim.language.declarations import Cell, declare
from sim.layers import Layer, Network, layer, network
from sim.plain.counting import count_question, last_state_question, output_question
from sim.plain.orders import order_question
from sim.plain.questions import PlainSlip, Question
from sim.plain.slips import evaluate_plain_slip, plain_questions, plain_slip
from sim.printers.code import numpy_code, torch_code
from sim.printers.diagram import svg
from sim.printers.latex import latex
from sim.printers.lines import Line, explain
from sim.printers.mathml import mathml, substituted
from sim.printers.numerals import Significant
from sim.printers.text import substituted_text, text
from sim.printers.words import substituted_words, words
from sim.runs.backpropagation import Gradients, backward
from sim.runs.checking import check_gradients
from sim.runs.many import forward_many
from sim.runs.networks import NetworkGradients, NetworkTrace
from sim.runs.paths import Influence, influence
from sim.runs.readouts import Readings, ReadOut, read, read_out
from sim.runs.running import exact, forward, kept_to
from sim.runs.traces import Trace
from sim.slips.binding import Slip, slip_named, slips_for
from sim.slips.departures import TOLERANCE, first_departure
from sim.slips.evaluating import evaluate_slip
from sim.slips.following import Asked, Follower, evaluate_with, trace_with
from sim.slips.pairs import paired

__all__ = [
    "CELLS",
    "CONVENTIONS",
    "TOLERANCE",
    "Asked",
    "Cell",
    "Certificate",
    "Exercise",
    "Follower",
    "Gradients",
    "Influence",
    "Layer",
    "Line",
    "Network",
    "NetworkGradients",
    "NetworkTrace",
    "NoneAccepted",
    "PlainSlip",
    "Question",
    "QuestionExercise",
    "Range",
    "ReadOut",
    "Readings",
    "Significant",
    "SimError",
    "Slip",
    "Survey",
    "Trace",
    "accepted",
    "backward",
    "cell",
    "certify",
    "check_gradients",
    "count_question",
    "declare",
    "draw",
    "evaluate_plain_slip",
    "evaluate_slip",
    "evaluate_with",
    "exact",
    "explain",
    "first_departure",
    "forward",
    "forward_many",
    "from_keras",
    "from_onnx",
    "from_torch",
    "influence",
    "kept_to",
    "last_state_question",
    "latex",
    "layer",
    "mathml",
    "network",
    "numpy_code",
    "order_question",
    "output_question",
    "paired",
    "plain_questions",
    "plain_slip",
    "read",
    "read_out",
    "rounded_early",
    "slip_named",
    "slips_for",
    "substituted",
    "substituted_text",
    "substituted_words",
    "survey",
    "svg",
    "text",
    "to_keras",
    "to_onnx",
    "to_torch",
    "torch_code",
    "trace_with",
    "words",
]
