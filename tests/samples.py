"""Small content for tests: one course, and an exercise on one LSTM step with one unit."""

from quizzes.catalog.models import Course
from quizzes.items.generators import save_generator
from quizzes.items.models import Generator


def span(low, high, step=0.1):
    return {"low": low, "high": high, "step": step}


LSTM_STEP = {
    "cell": "lstm",
    "convention": "pytorch",
    "format": "fill_all",
    "D": 1,
    "H": 1,
    "T": 1,
    "decimals": 4,
    "asked": ["f@1", "i@1", "g@1", "c@1", "o@1", "h@1"],
    "ranges": {
        "x": span(-1.5, 1.5),
        "h0": span(-1.0, 1.0),
        "c0": span(-2.0, 2.0),
        "W": span(-2.0, 2.0),
        "U": span(-2.0, 2.0),
        "b": span(-1.0, 1.0),
    },
    "claims": {
        "f": ["F05", "F07", "F17"],
        "i": ["F05", "F07", "F17"],
        "g": ["F05", "F07", "F21"],
        "c": ["F02", "F03", "C01", "C02", "C06"],
        "o": ["F05", "F07", "F17"],
        "h": ["C11", "C13", "C15"],
    },
    "must_show": {"c": ["F03"]},
    "hints": {},
    "reasons": {"f": ["The forget gate is σ of its weighted sum."]},
}


def make_course():
    return Course.objects.get_or_create(slug="recurrent-networks", defaults={"title": "Recurrent networks"})[0]


def make_generator(slug="lstm-step", low_water=4, **changed):
    generator = Generator(course=make_course(), slug=slug, title="One LSTM step", low_water=low_water)
    return save_generator(generator=generator, specification=LSTM_STEP | changed)


WEIGHTS = {name: span(-1.9, 1.9, 0.2) for name in ("x", "h0", "c0", "W", "U")} | {"b": span(-0.9, 0.9, 0.2)}
OF_EACH_KIND = {
    "count": {
        "cell": "lstm",
        "convention": "pytorch",
        "format": "fill_one",
        "question": "count",
        "small": True,
        "asked": ["count"],
        "ranges": {"D": span(2, 5, 1), "H": span(3, 6, 1), "T": span(4, 5, 1)},
        "claims": {"count": ["P01", "P02", "P05", "P06"]},
        "must_show": {"count": ["P01"]},
    },
    "shape": {
        "cell": "lstm",
        "convention": "keras",
        "format": "fill_one",
        "question": "output_shape",
        "small": True,
        "asked": ["shape"],
        "ranges": {"N": span(2, 4, 1), "T": span(5, 7, 1), "H": span(8, 9, 1)},
        "claims": {"shape": ["P11", "P13"]},
    },
    "retention": {
        "cell": "lstm",
        "convention": "none",
        "format": "fill_one",
        "question": "retention",
        "T": 3,
        "asked": ["retention"],
        "ranges": {"f": span(0.55, 0.95, 0.05)},
        "claims": {"retention": ["B06a", "B06b", "B07"]},
    },
    "order": {
        "cell": "lstm",
        "convention": "none",
        "format": "fill_one",
        "question": "order",
        "T": 4,
        "decimals": 2,
        "settings": {"from_library": "pytorch", "to_library": "onnx"},
        "asked": ["stack"],
        "ranges": {"stack": span(-0.95, 0.95, 0.1)},
        "claims": {"stack": ["F20"]},
    },
    "gradients": {
        "cell": "lstm",
        "convention": "pytorch",
        "format": "fill_all",
        "asked": ["dc@1", "da_o@1", "da_f@1", "da_i@1", "da_g@1"],
        "ranges": WEIGHTS | {"dh": span(-1.5, 1.5, 0.2), "dc_last": span(-0.9, 0.9, 0.2)},
        "claims": {"dc": ["B08", "B09", "B10"], "da_f": ["B11", "B12", "B13"], "da_g": ["B14"]},
    },
    "formula": {
        "cell": "lstm",
        "convention": "pytorch",
        "format": "pick_formula",
        "small": True,
        "asked": ["f@1", "c@1", "h@1"],
        "ranges": {},
        "claims": {
            "f": ["F02", "F05", "F17", "F07"],
            "c": ["F02", "F03", "C01", "C02", "C06"],
            "h": ["C11", "C13", "C15"],
        },
    },
    "error": {
        "cell": "lstm",
        "convention": "pytorch",
        "format": "find_error",
        "asked": ["f@1", "i@1", "g@1", "c@1", "o@1", "h@1"],
        "ranges": WEIGHTS,
        "claims": {"f": ["F05", "F07"], "c": ["F03", "C01"], "h": ["C11", "C15"]},
    },
    "direction": {
        "cell": "lstm",
        "convention": "pytorch",
        "format": "predict",
        "small": True,
        "asked": ["c@1"],
        "ranges": WEIGHTS,
        "settings": {"raised": ["b_f", "b_i", "b_g", "b_o"], "facts": ["c_prev", "g"]},
        "claims": {"c": ["F02", "F03", "C01"]},
    },
}


def generator_of(kind):
    """A generator of each kind, by its name."""
    generator = Generator(course=make_course(), slug=kind, title=f"Exercise: {kind}", low_water=4)
    return save_generator(generator=generator, specification=OF_EACH_KIND[kind])
