"""What the bench of a generator shows, measured while the page is made."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from django.utils.safestring import SafeString

import sim
from quizzes.errors import refused_by_sim
from quizzes.items.bench import Trial, aliases, closest, missing, seeds_of, slips_of, try_out
from quizzes.items.kinds.base import Kind
from quizzes.items.kinds.choices import OPTIONS
from quizzes.items.making import kind_of_version
from quizzes.items.models import GeneratorVersion
from quizzes.items.quantities import letter, spoken
from quizzes.items.separation import APART, HEIGHT, MARKS, WIDTH, distances, has_distances, place, strips
from quizzes.practice.exercises.words import is_word, shown_name
from quizzes.practice.quizzes.frozen import can_be_frozen
from quizzes.templatetags.study import array, hue, number, q_tag

SHOWN = 200  # candidates of which each is looked at
STEP = re.compile(r"\w+@\d+")


def bench_of(version: GeneratorVersion) -> dict[str, Any]:
    """Everything on the page, as numbers and sentences. Raises Refused for a version that cannot be."""
    kind = kind_of_version(version)
    trial = try_out(kind)
    try:
        certificates = kind.certify(seeds_of(kind, SHOWN))
        slips = slips_of(kind, certificates[0])
        found = strips(kind, trial.survey, distances(kind, certificates), slips)
    except sim.SimError as error:
        raise refused_by_sim(error) from error
    return {
        "kind": kind,
        "trial": trial,
        "missing": missing(kind, trial.survey),
        "facts": facts(kind, trial),
        "refusals": [(plain(reason), count) for reason, count in trial.survey.reasons.most_common()],
        "scale": _scale() if has_distances(kind) else None,
        "is_option": kind.form == "option",
        "can_be_frozen": can_be_frozen(kind),
        "quantities": [_quantity(kind, name, found.get(name, []), trial) for name in kind.asked],
        "aliases": [(called(kind, name), one, other) for name, one, other in aliases(slips)],
        "rows": [candidate_row(kind, each) for each in certificates],
        "fair_seed": next((each.seed for each in certificates if not each.reasons), None),
    }


def plain(reason: str) -> str:
    """Why a candidate was refused, with its quantity as one writes it: "h@1" → "h"."""
    return STEP.sub(lambda found: letter(found[0]), reason)


def called(kind: Kind, name: str) -> str:
    """An asked quantity in words; its step where there are several."""
    return spoken(shown_name(name, kind.specification.T))


def facts(kind: Kind, trial: Trial) -> list[tuple[str, str]]:
    """The bench in a few figures."""
    survey = trial.survey
    rows = [("pass", f"{survey.accepted} of {survey.candidates} candidates ({trial.acceptance:.0%})")]
    if trial.seconds_a_variant is not None:
        each, variant = (_time(seconds) for seconds in (trial.seconds_a_candidate, trial.seconds_a_variant))
        rows.append(("time, measured just now", f"{variant} a variant that passes, {each} a candidate"))
    if worst := _worst(kind, trial):
        rows.append(("collide most", worst))
    return [(meaning, said.replace("%", " %")) for meaning, said in rows]


def _time(seconds: float) -> str:
    return f"{seconds * 1000:.3g} ms"


def _worst(kind: Kind, trial: Trial) -> str:
    """The two values that are too near one another most often."""
    pairs = [(count, name, pair) for name, found in closest(trial.survey).items() for pair, count in found[:1]]
    if not pairs:
        return ""
    count, name, pair = max(pairs, key=lambda each: each[0])
    return f"{_pair(pair)} in the {called(kind, name)}, {count} of {trial.survey.candidates} times"


def _pair(pair: tuple[str, str]) -> str:
    one, other = pair
    return f"{other} and the right value" if one == "key" else f"{one} and {other}"


def _quantity(kind: Kind, name: str, found: Sequence[Any], trial: Trial) -> dict[str, Any]:
    pairs = closest(trial.survey).get(name, [])
    how = "too near" if has_distances(kind) else "equal"
    worst = f"{_pair(pairs[0][0])}, {how} in {pairs[0][1]} of {trial.survey.candidates}" if pairs else ""
    return {
        "spoken": called(kind, name),
        "hue": "" if is_word(name) else hue(name),
        "strips": found,
        "worst": worst,
    }


def _scale() -> dict[str, Any]:
    """The axis above the strips."""
    marks = [{"at": round(place(mark), 1), "text": f"{mark}"} for mark in MARKS]
    return {"width": WIDTH, "height": HEIGHT, "line": round(place(APART), 1), "marks": marks}


# --- what candidates look like


def candidate_row(kind: Kind, certificate: sim.Certificate) -> dict[str, Any]:
    live = sum(bool(slip) for slips in certificate.live.values() for slip in slips)
    return {
        "seed": certificate.seed,
        "given": [pair for name, value in certificate.given.items() for pair in _given(name, value)],
        "key": [
            (_name(shown_name(name, kind.specification.T)), _answer(kind, certificate, name))
            for name in kind.asked
            if name in certificate.exact
        ],
        "live": live,
        "reasons": [plain(reason) for reason in certificate.reasons],
    }


@lru_cache(maxsize=256)  # the same few in hundreds of rows
def _name(name: str) -> SafeString | str:
    """A letter in its hue; "count" and "facts" are words."""
    return name if name.isalpha() and is_word(name) else q_tag(name)


def _given(name: str, value: Any) -> list[tuple[SafeString | str, str]]:
    if name == OPTIONS:
        return [("", _option(**option)) for options in value.values() for option in options]
    return [(_name(name), value if isinstance(value, str) else array(value))]


def _option(id: str, text: str, **other: str) -> str:  # noqa: A002 (as options name it)
    """ "a) c = f ⊙ c_prev"; where the id is a word, the text says the same."""
    return text if id.isalpha() and len(id) > 1 else f"{id}) {text}"


def _answer(kind: Kind, certificate: sim.Certificate, name: str) -> str:
    values = certificate.exact[name]
    if kind.form == "option":
        return str(values[0])
    decimals = 0 if kind.unit == 1 else kind.specification.decimals
    return array(_rounded(values, decimals))


def _rounded(value: Any, decimals: int) -> Any:
    """Each entry written with the decimals that are asked."""
    return [_rounded(each, decimals) for each in value] if isinstance(value, list) else number(value, decimals)
