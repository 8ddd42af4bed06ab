"""What Python prints of weights, which is no JSON. Nothing of it is evaluated.

A printed dict of plain lists differs from JSON in its quotes and brackets alone, and is read. Printed tensors and
arrays are not: Python rounds their numbers, so that no trace of them would agree with the framework's.
"""

from __future__ import annotations

import re

from quizzes.errors import Refused

TORCH_LINE = "import json; print(json.dumps({k: v.tolist() for k, v in layer.state_dict().items()}))"
KERAS_LINE = "import json; print(json.dumps([w.tolist() for w in layer.get_weights()]))"

_QUOTED = re.compile(r"'([^'\"\\\n]{0,200})'")
_LAST_COMMA = re.compile(r",(\s{0,20}[\])}])")
_BRACKETS = str.maketrans("()", "[]")
_PRINTED = re.compile(r"tensor\(|array\(|OrderedDict|Parameter|Variable|np\.|dtype|'|[\d.] {1,9}-?\d|\.\.\.")
_OF_TORCH = re.compile(r"tensor\(|OrderedDict|Parameter|weight_")


def as_json(text: str) -> str:
    """The same with JSON's quotes and brackets; where more than these differs, it is no JSON still."""
    return _LAST_COMMA.sub(r"\1", _QUOTED.sub(r'"\1"', text)).translate(_BRACKETS)


def check_printed(text: str) -> None:
    """Raises: Refused, with the line of Python that prints JSON, for a text that looks as Python prints arrays."""
    if _PRINTED.search(text):
        line = TORCH_LINE if _OF_TORCH.search(text) else KERAS_LINE
        message = "This is what Python prints of arrays, with rounded numbers; needed is JSON, which has all digits."
        raise Refused("python_text", message, f"Print it with: {line}")
