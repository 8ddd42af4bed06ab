"""Which steps of an exercise come worked: all but one at first, then all but two, then none.

The step left open is the one where this learner slips most; before he has slipped, the last one.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from quizzes.accounts.models import User
from quizzes.items.models import Generator
from quizzes.items.specification import Specification, quantity
from quizzes.practice.exercises.queries import whole_takings
from quizzes.practice.models import SlipRecord

OPEN_STEPS = (1, 2)  # in the first taking that was finished, and in the second
LEAST_STEPS = 3  # a shorter exercise is asked whole


def is_faded(user: User | None, generator: Generator) -> bool:
    """Whether the learner's next taking of it has steps shown worked."""
    return _count_open(user, generator) is not None


def _count_open(user: User | None, generator: Generator) -> int | None:
    """How many steps stay open in it; None where all do."""
    if generator.current is None or not generator.current.specification.get("fading"):
        return None
    done = whole_takings(user, generator)
    return OPEN_STEPS[done] if done < len(OPEN_STEPS) else None


def worked_steps_for(user: User, generator: Generator) -> list[str]:
    """The steps shown worked in the learner's next taking of it."""
    count = _count_open(user, generator)
    if generator.current is None or count is None:
        return []
    asked = Specification.from_json(generator.current.specification).asked
    records = SlipRecord.objects.filter(user=user, event__attempt__variant__version__generator=generator)
    return shown_of(asked, Counter(records.values_list("place", flat=True)), count)


def shown_of(asked: Sequence[str], slips: Counter[str], count: int) -> list[str]:
    """All but the `count` steps with most slips; of those with equally many the later ones stay open."""
    if len(asked) < LEAST_STEPS:
        return []
    made = Counter[str]()
    for place, times in slips.items():
        made[quantity(place)] += times
    ranked = sorted(range(len(asked)), key=lambda k: (made[quantity(asked[k])], k), reverse=True)
    return [name for k, name in enumerate(asked) if k not in ranked[:count]]
