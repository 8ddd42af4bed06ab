"""Products and sums along a chain of steps: what a gradient is multiplied by, what memory keeps, what a weight gets."""

from __future__ import annotations

import numpy as np

from sim.layers import Array
from sim.plain.questions import PlainSlip, Question

NOTES = "LSTM backpropagation notes that warn of missed and doubled paths"
CHAIN = "talks on vanishing gradients that leave out a factor"


def _factors(w: float, h: Array) -> Array:
    return w * (1 - h * h)


FACTOR = Question(
    "factor",
    "what a gradient is multiplied by over the steps of a plain RNN of one unit",
    "product over the steps of w · (1 − h²)",
    lambda w, h: float(np.prod(_factors(w, h))),
    (
        PlainSlip("B01", "factor", "the derivative is left out", "w to the power k",
                  "The factor of a step is w · (1 − h²).", CHAIN, lambda w, h: float(w ** len(h))),
        PlainSlip("B02", "factor", "the weight is left out", "product of (1 − h²)",
                  "The recurrent weight enters at each step.",
                  "Cross Validated thread on how the LSTM prevents vanishing", lambda w, h: float(np.prod(1 - h * h))),
        PlainSlip("B03", "factor", "the slope of tanh is taken as 1 − h", "product of w · (1 − h)",
                  "The slope of tanh is 1 − tanh².", "derivations in course notes",
                  lambda w, h: float(np.prod(w * (1 - h)))),
        PlainSlip("B04a", "factor", "one factor too many", "the product times w once more",
                  "Steps k apart have k factors between them.", CHAIN, lambda w, h: float(np.prod(_factors(w, h)) * w)),
        PlainSlip("B04b", "factor", "one factor too few", "the product without the last step",
                  "Steps k apart have k factors between them.", CHAIN,
                  lambda w, h: float(np.prod(_factors(w, h)[:-1]))),
        PlainSlip("B05", "factor", "the factors are added", "sum of w · (1 − h²)",
                  "Along one path the chain rule multiplies; separate paths add.", NOTES,
                  lambda w, h: float(np.sum(_factors(w, h)))),
    ),
)  # fmt: skip

KEPT = "Stack Exchange question 273538"

RETENTION = Question(
    "retention",
    "what is left of a cell's content along its direct path",
    "product of the forget gates",
    lambda f: float(np.prod(f)),
    (
        PlainSlip("B06a", "retention", "the forget gates are added", "sum of f",
                  "Multiply the forget gates.", KEPT, lambda f: float(np.sum(f))),
        PlainSlip("B06b", "retention", "the forget gates are averaged", "mean of f",
                  "Multiply the forget gates.", KEPT, lambda f: float(np.mean(f))),
        PlainSlip("B06c", "retention", "the smallest forget gate is taken", "minimum of f",
                  "Multiply the forget gates.", KEPT, lambda f: float(np.min(f))),
        PlainSlip("B07", "retention", "the gate's derivative is used on the cell path", "product of f · (1 − f)",
                  "The direct cell path carries f, not its slope.",
                  "Cross Validated thread on how the LSTM prevents vanishing", lambda f: float(np.prod(f * (1 - f)))),
    ),
)  # fmt: skip

SHARED = "Cross Validated question 221513"

TOTAL = Question(
    "total",
    "the gradient of a weight that all steps share, from what each step adds",
    "sum of the contributions",
    lambda parts: float(np.sum(parts)),
    (
        PlainSlip("B19a", "total", "the contributions are averaged", "mean of the contributions",
                  "Add the contributions of all steps.", SHARED, lambda parts: float(np.mean(parts))),
        PlainSlip("B19b", "total", "only the last step counts", "the latest contribution",
                  "Add the contributions of all steps.", SHARED, lambda parts: float(parts[0])),
    ),
)  # fmt: skip

TRUNCATED = Question(
    "truncated",
    "the same where the gradient is cut off after a window of steps; the latest contribution stands first",
    "sum of the latest W contributions",
    lambda parts, W: float(np.sum(parts[:W])),
    (
        PlainSlip("B19b", "truncated", "only the last step counts", "the latest contribution",
                  "Add the contributions of all steps in the window.", SHARED, lambda parts, W: float(parts[0])),
        PlainSlip("B20", "truncated", "the window is not applied", "sum of all contributions",
                  "Truncation cuts the gradient after the window; the state itself is carried on.",
                  "Cross Validated question 167482; Lightning's page on truncated backpropagation",
                  lambda parts, W: float(np.sum(parts))),
    ),
)  # fmt: skip


def _clipped(gradient: Array, threshold: float) -> Array:
    norm = float(np.linalg.norm(gradient))
    return gradient * min(1.0, threshold / norm) if norm else gradient


CLIPPED = Question(
    "clipped",
    "a gradient after clipping by its norm",
    "gradient · threshold / norm, where the norm is larger than the threshold",
    _clipped,
    (
        PlainSlip("B21", "clipped", "a large gradient is set to zero", "0 for every entry",
                  "Clipping by the norm shortens the vector and keeps its direction.",
                  "Cross Validated question 625560",
                  lambda gradient, threshold: gradient * (np.linalg.norm(gradient) <= threshold) + 0.0),
        PlainSlip("B21v", "clipped", "each entry is clipped by itself", "every entry within −threshold … threshold",
                  "That is clipping by value; clipping by the norm keeps the direction.",
                  "Cross Validated question 625560",
                  lambda gradient, threshold: np.clip(gradient, -threshold, threshold), convention=True),
    ),
)  # fmt: skip

CHAINS = (FACTOR, RETENTION, TOTAL, TRUNCATED, CLIPPED)
