"""What an instructor's bench measures of a generator: candidates tried out, and what is missing for green. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from time import perf_counter
from typing import Any

import sim
from quizzes.errors import refused_by_sim
from quizzes.items.kinds.base import Kind
from quizzes.items.kinds.errors import ERROR
from quizzes.items.quantities import letter
from quizzes.items.specification import quantity

MOST = 100_000  # candidates of one trial
TRIED = 1000  # candidates over which the verdict is reached
LEAST_ACCEPTED = 0.2

type SomeSlip = sim.Slip | sim.PlainSlip


@dataclass(frozen=True)
class Trial:
    """So many candidates of a generator: what became of them, and how long it took on this machine."""

    survey: sim.Survey
    seconds: float

    @property
    def acceptance(self) -> float:
        return self.survey.accepted / max(1, self.survey.candidates)

    @property
    def seconds_a_candidate(self) -> float:
        return self.seconds / max(1, self.survey.candidates)

    @property
    def seconds_a_variant(self) -> float | None:
        """What one that passes costs, with those that were refused on the way."""
        return self.seconds / self.survey.accepted if self.survey.accepted else None


def seeds_of(kind: Kind, count: int) -> range:
    """The first seeds, so many at most: from 1, or from 0 where seeds count the variants through."""
    return range(1, count + 1) if kind.space is None else range(min(count, kind.space))


def try_out(kind: Kind, count: int = TRIED) -> Trial:
    """Raises Refused for a generator that cannot be."""
    try:
        kind.check()
        began = perf_counter()
        found = kind.survey(seeds_of(kind, count))
    except sim.SimError as error:
        raise refused_by_sim(error) from error
    return Trial(found, perf_counter() - began)


# --- the verdict


def missing(kind: Kind, survey: sim.Survey) -> list[str]:
    """What keeps the generator from being green, one clause each; nothing when it is."""
    if survey.accepted < LEAST_ACCEPTED * survey.candidates:
        share = f"{survey.accepted} of {survey.candidates} candidates pass"
        return [f"only {share}, and {LEAST_ACCEPTED:.0%} are needed".replace("%", " %")]
    return [*_not_shown(kind, survey), *_never_named(kind, survey)]


def _not_shown(kind: Kind, survey: sim.Survey) -> Iterator[str]:
    for name in kind.asked:
        for slip in must_show(kind, name):
            if (live := survey.live.get(name, Counter())[slip]) < survey.accepted:
                yield f"{slip} must show in {letter(name)}, and does so in {live} of {survey.accepted} variants"


def _never_named(kind: Kind, survey: sim.Survey) -> Iterator[str]:
    for name, slips in claimed(kind).items():
        if never := [slip for slip in slips if not survey.live.get(name, Counter())[slip]]:
            yield f"{' and '.join(never)} can be named in no variant, though claimed for {_place(name)}"


def _place(name: str) -> str:
    return "the error to find" if name == ERROR else letter(name)


def claimed(kind: Kind) -> dict[str, tuple[str, ...]]:
    """The slips that may be named, by asked quantity. An error to find may be any of those claimed for its steps."""
    said = kind.specification
    if kind.asked == (ERROR,):
        return {ERROR: tuple(dict.fromkeys(slip for step in said.asked for slip in said.claimed(step)))}
    return {name: tuple(said.claimed(name)) for name in kind.asked}


def must_show(kind: Kind, name: str) -> Sequence[str]:
    said = kind.specification.must_show
    return said.get(name) or said.get(quantity(name)) or ()


# --- words for it


def slips_of(kind: Kind, certificate: sim.Certificate) -> dict[str, dict[str, SomeSlip]]:
    """The claimed slips themselves, by asked quantity and id. Any certificate of the generator will do."""
    working = kind.working(certificate.given, {}, certificate.exact)
    return {
        name: {slip: working.slip(_step_of(kind, name, slip), slip) for slip in slips}
        for name, slips in claimed(kind).items()
    }


def _step_of(kind: Kind, name: str, slip: str) -> str:
    """Where the slip is made: for an error to find that is one of the steps."""
    said = kind.specification
    return name if name != ERROR else next(step for step in said.asked if slip in said.claimed(step))


def aliases(slips: Mapping[str, Mapping[str, SomeSlip]]) -> list[tuple[str, SomeSlip, SomeSlip]]:
    """Pairs that no numbers can always tell apart: a learner with their number is asked which of the two it was."""
    return [
        (name, one, other)
        for name, by_id in slips.items()
        for one in by_id.values()
        for other in by_id.values()
        if one.id < other.id and other.id in getattr(one, "aliases", ())
    ]


def closest(survey: sim.Survey) -> dict[str, list[tuple[tuple[str, str], int]]]:
    """Which two values lie too near one another, and in how many candidates, the worst first."""
    return {name: pairs.most_common() for name, pairs in survey.collisions.items()}


def report(trial: Trial) -> dict[str, Any]:
    """A trial in plain values, as `manage.py certify --json` prints it."""
    survey = trial.survey
    return {
        "candidates": survey.candidates,
        "accepted": survey.accepted,
        "acceptance": round(trial.acceptance, 4),
        "seconds_per_candidate": trial.seconds_a_candidate,
        "refusals": dict(survey.reasons.most_common()),
        "live": {name: dict(slips.most_common()) for name, slips in survey.live.items()},
        "closest": {
            name: [{"pair": list(pair), "candidates": count} for pair, count in pairs]
            for name, pairs in closest(survey).items()
        },
    }
