"""What was sent for one quantity, entry by entry: in the shape that is asked, or refused. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from math import prod
from typing import Any

from quizzes.errors import Refused

Shape = tuple[int, ...]


def entries_of(name: str, sent: Any, shape: Shape) -> list[Any]:
    """A matrix row by row. What has one entry may be sent bare, and what is blank as nothing. Raises Refused."""
    count = prod(shape)
    if sent is None or sent == "" or sent == []:
        return [None] * count
    if count == 1 and not _is_list(sent):
        return [sent]
    if not _has_shape(sent, shape):
        said = f"{name} has the shape {list(shape)}, and was sent in another."
        raise Refused("wrong_shape", said, f"Send {name} as {_example(shape)}.")
    return list(flat(sent))


def flat(sent: Any) -> Iterator[Any]:
    for each in sent:
        yield from flat(each) if _is_list(each) else [each]


def standing(earlier: Sequence[Mapping[str, Any]]) -> dict[str, list[Any]]:
    """What was sent last for each step, entry by entry, over submissions oldest first.

    A step that was left out leaves what stood; one that was sent blank takes it away.
    """
    sent = {name: each for answers in earlier for name, each in answers.items() if each is not None}
    return {name: list(flat([each])) for name, each in sent.items()}


def _has_shape(sent: Any, shape: Shape) -> bool:
    if not shape or not _is_list(sent):
        return not shape and not _is_list(sent)
    return len(sent) == shape[0] and all(_has_shape(each, shape[1:]) for each in sent)


def _is_list(sent: Any) -> bool:
    return isinstance(sent, list | tuple)


def _example(shape: Shape) -> str:
    """ "[0.5, 0.5]" for two entries."""
    return f"[{', '.join([_example(shape[1:])] * shape[0])}]" if shape else "0.5"
