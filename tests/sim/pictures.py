"""A diagram taken apart: its nodes, lines and texts as boxes, in pixels of the picture."""

import re
import xml.etree.ElementTree as ET
from itertools import pairwise

SVG = "{http://www.w3.org/2000/svg}"
DIGIT, LETTER, SUBSCRIPT = 7.6, 9, 5.5  # how wide a character is, on the site


def picture(markup):
    return ET.fromstring(markup.replace("<svg ", '<svg xmlns="http://www.w3.org/2000/svg" ', 1))


def size_of(svg):
    return tuple(map(float, svg.get("viewBox").split()[2:]))


def numbers_of(svg):
    """Quantity → its digits as drawn."""
    return {text.get("data-q"): text.text for text in svg.iter(f"{SVG}text") if text.get("id")}


def nodes_of(svg):
    for circle in svg.iter(f"{SVG}circle"):
        if circle.get("class") == "node":
            x, y, r = (float(circle.get(name)) for name in ("cx", "cy", "r"))
            yield x - r, y - r, x + r, y + r
    for rect in svg.iter(f"{SVG}rect"):
        x, y, width, height = (float(rect.get(name)) for name in ("x", "y", "width", "height"))
        yield x, y, x + width, y + height


def labels_of(svg):
    """(what it says, its box) of all letters and numbers beside the lines."""
    for text in svg.iter(f"{SVG}text"):
        if text.get("class") == "op":
            continue
        below = "".join(part.text for part in text)
        width = SUBSCRIPT * len(below) + (DIGIT if text.get("id") else LETTER) * len(text.text)
        x, y = float(text.get("x")), float(text.get("y"))
        left = {None: x, "end": x - width, "middle": x - width / 2}[text.get("text-anchor")]
        yield text.text + below, (left, y - 10, left + width, y + (3 if below else 0))


def paths_of(svg):
    """Every line as the points it goes through: M10 48H88V200 → (10, 48), (88, 48), (88, 200)."""
    for path in svg.iter(f"{SVG}path"):
        for line in path.get("d")[1:].split("M"):
            start, *rest = re.split("(?=[HVL])", line)
            points = [tuple(map(float, start.split()))]
            for piece in rest:
                x, y = points[-1]
                there = tuple(map(float, piece[1:].split()))
                points.append({"H": (there[0], y), "V": (x, there[-1]), "L": there}[piece[0]])
            yield points


def stretches_of(svg):
    """Every straight piece of a line as a box without width; the heads of arrows are none."""
    for points in paths_of(svg):
        for (x1, y1), (x2, y2) in pairwise(points):
            if x1 == x2 or y1 == y2:
                yield min(x1, x2), min(y1, y2), max(x1, x2), max(y1, y2)


def inside(point, box):
    return box[0] <= point[0] <= box[2] and box[1] <= point[1] <= box[3]


def overlap(one, other, by=0):
    """Whether two boxes have more in common than a rim of `by` pixels."""
    return (one[0] < other[2] - by and other[0] < one[2] - by) and (one[1] < other[3] - by and other[1] < one[3] - by)
