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
