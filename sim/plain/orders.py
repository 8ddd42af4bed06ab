"""The blocks of a stacked weight or bias, put from one library's order into another's."""

from __future__ import annotations

import numpy as np

from sim.convert.blocks import ORDERS
from sim.errors import UnknownName
from sim.layers import Array
from sim.plain.questions import PlainSlip, Question

NAMES = {"pytorch": "torch", "keras": "keras", "onnx": "onnx"}
AS_IT_WAS = {
    "lstm": ("F20", "Convert by the name of a block, never by its place.",
             "CrispASR pull request 106; coremltools pull request 93; keras issue 3088"),
    "gru": ("G07", "Libraries order a GRU's blocks differently: convert by name.", "keras issue 8720"),
}  # fmt: skip


def order_question(kind: str, from_library: str, to_library: str) -> Question:
    """One number a block, stacked as one library wants it: how does another want it? Raises: UnknownName."""
    if kind not in AS_IT_WAS or not {from_library, to_library} <= NAMES.keys():
        raise UnknownName(
            f"Nothing is known of “{kind}” from “{from_library}” to “{to_library}”.",
            f"There are: {', '.join(AS_IT_WAS)} in {', '.join(NAMES)}.",
        )
    before, after = (ORDERS[NAMES[library]][kind] for library in (from_library, to_library))
    places = [before.index(block) for block in after]
    slip_id, correction, source = AS_IT_WAS[kind]
    same = PlainSlip(slip_id, "stack", "the blocks are left in the order they had", ", ".join(before), correction,
                     source, lambda stack: stack, convention=True)  # fmt: skip

    def right(stack: Array) -> Array:
        return np.asarray(stack)[places]

    return Question("stack", "the same blocks in another order", ", ".join(after), right, (same,))
