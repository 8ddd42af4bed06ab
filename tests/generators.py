"""Specifications of exercises other than one LSTM step."""

from tests.samples import LSTM_STEP, span

COUNT = {
    "cell": "lstm",
    "convention": "pytorch",
    "question": "count",
    "asked": ["count"],
    "ranges": {"D": span(2, 9, 1), "H": span(2, 9, 1), "T": span(3, 9, 1)},
    "claims": {"count": ["P01", "P02", "P03", "P05"]},
    "small": True,
}
FORMULA = LSTM_STEP | {
    "format": "pick_formula",
    "asked": ["c"],
    "claims": {"c": ["F02", "F03", "C01"]},
    "must_show": {},
}
RETENTION = {
    "cell": "lstm",
    "convention": "pytorch",
    "question": "retention",
    "asked": ["retention"],
    "T": 3,
    "ranges": {"f": span(0.2, 0.9)},
    "claims": {"retention": ["B06a", "B06b", "B06c"]},
}
RARE = LSTM_STEP | {"decimals": 2, "must_show": {"c": ["F03", "C06"], "f": ["F05"]}}  # fewer than a tenth pass
