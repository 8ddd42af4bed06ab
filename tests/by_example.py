"""The lessons' LSTM in plain floats, and what a page of a worked example shows, as text."""

import re
from math import exp, tanh

HTMX = {"HX-Request": "true"}
LESSON = {  # the LSTM of the lessons: gate → (× x, × h, + b)
    "i": (-1.7, -0.6, 0.6),
    "f": (-1.4, -1.8, -0.4),
    "g": (-0.7, -1.7, 0.5),
    "o": (1.2, -0.6, -0.5),
}


def text_of(response):
    return response.content.decode()


def plain(html):
    """What a table cell shows: no tags, and one minus sign only."""
    return re.sub(r"<span class=\"visually-hidden\">.*?</span>|<[^>]+>", "", html).strip()


def table_of(page, caption):
    """The rows of a table by the id of its caption, as text."""
    table = next(each for each in re.findall(r"<table.*?</table>", page, re.DOTALL) if f'id="{caption}"' in each)
    body = table[table.index("<tbody>") :]
    rows = re.findall(r"<tr[^>]*>(.*?)</tr>", body, re.DOTALL)
    return [[plain(cell) for cell in re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row, re.DOTALL)] for row in rows]


def shown(value):
    return f"{value:.4f}".replace("-", "−")


def sigmoid(a):
    return 1 / (1 + exp(-a))


def step(x, h, c, cell=lambda f, c, i, g: f * c + i * g):
    """One step of the lessons' LSTM in plain floats."""
    a = {gate: w * x + u * h + b for gate, (w, u, b) in LESSON.items()}
    i, f, o, g = sigmoid(a["i"]), sigmoid(a["f"]), sigmoid(a["o"]), tanh(a["g"])
    c = cell(f, c, i, g)
    return {"x": x, "i": i, "f": f, "o": o, "g": g, "c": c, "h": o * tanh(c)}


def run(xs, h=-0.7, c=1.3):
    steps = []
    for x in xs:
        steps.append(step(x, h, c))
        h, c = steps[-1]["h"], steps[-1]["c"]
    return steps
