"""One LSTM step as a learner does it with a calculator: what a page gives, plain floats, four decimals each."""

import re
from dataclasses import dataclass
from math import exp, tanh


@dataclass
class Given:
    """The numbers that a page of one LSTM step gives."""

    x: float
    h: float
    c: float
    weights: dict  # gate → (× x, × h, + b)

    def step(self, cell=lambda f, c, i, g: f * c + i * g):
        """f, i, g, c, o, h; whoever slips passes another `cell`, and goes on with what it gives."""
        a = {gate: w * self.x + u * self.h + b for gate, (w, u, b) in self.weights.items()}
        f, i, o = (round(sigmoid(a[gate]), 4) for gate in "fio")
        g = round(tanh(a["g"]), 4)
        c = round(cell(f, self.c, i, g), 4)
        return {"f": f, "i": i, "g": g, "c": c, "o": o, "h": round(o * tanh(c), 4)}


def i_and_f_swapped(f, c, i, g):
    """Slip F03 of the catalogue."""
    return i * c + f * g


def candidate_without_its_gate(f, c, i, g):
    """Slip C01 of the catalogue."""
    return f * c + g


def sigmoid(a):
    return 1 / (1 + exp(-a))


def number(text):
    """A number as the pages print it, with a real minus."""
    return float(text.strip().replace("−", "-"))


def given_in(html):
    """Read off an exercise page what it gives."""
    states = re.search(r'<p class="given">(.*?)</p>', html, re.DOTALL)[1]
    x, h, c = (number(found) for found in re.findall(r"= ([−\d.]+)", states))
    table = re.search(r'id="weights-caption".*?<tbody>(.*?)</tbody>', html, re.DOTALL)[1]
    rows = [re.sub(r"<[^>]+>", " ", row).split() for row in table.split("</tr>")[:-1]]
    return Given(x, h, c, {gate: tuple(map(number, numbers)) for gate, *numbers in rows})
