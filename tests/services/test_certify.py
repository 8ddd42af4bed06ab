"""`manage.py certify`: for a program as JSON, for a person as a table, and one sentence for what can't be."""

import json
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from quizzes.items.making import certificates
from tests.samples import make_generator

pytestmark = pytest.mark.django_db


def certify(*words):
    said = StringIO()
    call_command("certify", *words, stdout=said)
    return said.getvalue()


def test_json_has_acceptance_refusals_live_slips_and_closest_pairs():
    generator = make_generator()
    found = json.loads(certify("lstm-step", "--count", "40", "--json"))
    fair = [each for each in certificates(generator.current, range(1, 41)) if not each.reasons]
    assert (found["generator"], found["version"], found["candidates"]) == ("lstm-step", 1, 40)
    assert (found["accepted"], found["acceptance"]) == (len(fair), len(fair) / 40)
    assert sum(found["refusals"].values()) >= 40 - len(fair)
    assert found["live"]["c@1"]["F03"] == len(fair)
    pairs = found["closest"]["h@1"]
    assert pairs and all(len(each["pair"]) == 2 and each["candidates"] > 0 for each in pairs)
    assert pairs == sorted(pairs, key=lambda each: -each["candidates"])


def test_a_person_reads_the_same_as_lines():
    make_generator()
    said = certify("lstm-step", "--count", "40")
    assert said.startswith("lstm-step, version 1: 40 candidates")
    assert "accepted" in said and "too near: key and C11" in said


@pytest.mark.parametrize("count", ["0", "100001", "-3", "many", "1.5", "9" * 5000])
def test_a_count_that_cannot_be_is_refused_in_one_sentence(count):
    make_generator()
    with pytest.raises(CommandError, match=r"needs a whole number from 1 to 100000\.") as refusal:
        certify("lstm-step", f"--count={count}")
    assert refusal.value.returncode == 1


def test_a_generator_that_is_not_there_is_named():
    with pytest.raises(CommandError, match="There is no generator called 'lstm-stop'"):
        certify("lstm-stop")
