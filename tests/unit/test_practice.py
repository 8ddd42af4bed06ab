"""Of the course's own exercises, "practise this" leads to the nearest: cell, convention, direction, size."""

from urllib.parse import parse_qs

import pytest

from quizzes.items.models import Generator, GeneratorVersion
from quizzes.lessons import queries
from quizzes.lessons.examples import address
from quizzes.lessons.examples.practice import Offered, practice
from quizzes.lessons.examples.usual import CONVENTIONS, family_of, kin_of
from tests.course_packs import real_pack
from tests.factories import make_course


def offered():
    """The course's exercises as their specifications say."""
    found = []
    for row in real_pack().generators:
        said = {name: row.specification[name] for name in ("H", "T") if name in row.specification}
        works_out = "question" not in row.specification and row.specification.get("format", "fill").startswith("fill")
        cell, convention = (row.specification[name] for name in ("cell", "convention"))
        found.append(Offered(row.id, cell, convention, row.specification["asked"], **said, works_out=works_out))
    return found


def nearest(place, exercises=None):
    cell, _, query = place.partition("?")
    exercises = offered() if exercises is None else exercises
    example = address.read(cell, parse_qs(query))
    return practice(example, [each for each in exercises if each.cell in kin_of(cell)])


@pytest.mark.parametrize(
    ("place", "slug"),
    [
        ("gru?T=1", "gru-blend-keeps"),
        ("gru?T=1&convention=chung2014", "gru-blend-admits"),
        ("gru?T=1&convention=gamma", "gru-blend-admits"),
        ("gru?H=2&D=2&T=1", "gru-step"),
        ("gru", "gru-blend-keeps"),  # who looks at one step is led to one
        ("gru?view=time", "gru-two-steps"),
        ("gru?H=2&D=2&T=1&convention=cho2014", "gru-candidate-before"),
        ("lstm?T=1", "lstm-step"),
        ("lstm", "lstm-step"),
        ("lstm?view=time", "lstm-two-steps"),
        ("lstm?T=50&H=1", "lstm-step"),
        ("lstm?T=50&view=time", "lstm-two-steps"),  # every value of a step before more steps
        ("lstm?H=2&T=1", "lstm-two-units"),
        ("lstm?H=8&D=4&T=9", "lstm-two-units"),
        ("lstm?T=1&view=gradient", "lstm-deltas"),
        ("lstm?T=2&view=gradient", "lstm-deltas-two-steps"),
        ("rnn", "rnn-chain"),
        ("rnn?view=gradient", "rnn-weight-gradient"),
        ("lstm_peephole", "peephole-step"),
        ("lstm_1997", "lstm-1997"),
        ("lstm_coupled", "coupled-step"),
    ],
)
def test_an_example_leads_to_the_exercise_nearest_to_it(place, slug):
    found = nearest(place)
    assert found.slug == slug and found.is_own


@pytest.mark.parametrize(
    ("place", "slug"),
    [
        ("rnn_relu", "rnn-chain"), ("rnn_relu?view=gradient", "rnn-weight-gradient"), ("mgu?T=1", "gru-blend-admits"),
        ("lstm_forget_bias?T=1", "lstm-step"), ("lstm_forget_bias?T=1&view=gradient", "lstm-deltas"),
    ],
)  # fmt: skip
def test_a_cell_without_an_exercise_leads_to_one_of_its_family_and_says_so(place, slug):
    found = nearest(place)
    assert found.slug == slug and not found.is_own and found.family


def test_every_example_leads_to_an_exercise_that_works_out_numbers_of_its_family():
    by_slug = {each.slug: each for each in offered()}
    for cell, conventions in CONVENTIONS.items():
        for convention in conventions:
            for view in ("step", "gradient"):
                found = by_slug[nearest(f"{cell}?convention={convention}&view={view}").slug]
                assert found.works_out and family_of(found.cell) == family_of(cell)


def test_a_shorter_exercise_on_one_gradient_is_taken_where_there_is_no_longer_one():
    few = [each for each in offered() if each.slug in ("lstm-step", "lstm-delta-cell")]
    assert nearest("lstm?T=1&view=gradient", few).slug == "lstm-delta-cell"
    assert nearest("lstm?T=1", few).slug == "lstm-step"


def test_where_there_is_none_of_the_family_nothing_is_led_to():
    assert nearest("gru", []).slug == "" and nearest("gru", []).family == "GRU"


def test_the_order_in_which_exercises_are_found_does_not_matter():
    places = ["gru", "lstm?view=gradient", "rnn", "mgu", "gru?convention=keras"]
    assert [nearest(place) for place in places] == [nearest(place, offered()[::-1]) for place in places]


# --- from the database


@pytest.fixture
def course(db):
    """The course's exercises as rows, without their variants."""
    for row in real_pack().generators:
        generator = Generator.objects.create(course=make_course(), slug=row.id, title=row.title)
        generator.current = GeneratorVersion.objects.create(
            generator=generator, number=1, specification=row.specification
        )
        generator.save()


def test_one_query_reads_what_the_specifications_say(course, django_assert_num_queries):
    cells = {row.specification["cell"] for row in real_pack().generators}
    with django_assert_num_queries(1):
        found = queries.exercises_on(cells)
    assert sorted(found, key=lambda each: each.slug) == sorted(offered(), key=lambda each: each.slug)


def test_a_draft_is_not_led_to(course):
    Generator.objects.filter(slug="lstm-step").update(is_published=False)
    assert "lstm-step" not in {each.slug for each in queries.exercises_on(["lstm"])}


def link(page):
    return page.partition('id="practise"')[2].partition("</span>")[0]


def test_the_page_leads_there_and_is_the_same_for_all(client, admin_client, course):
    address = "/examples/gru/?T=1&convention=chung2014"
    page = client.get(address)
    assert '<a class="btn" href="/exercises/gru-blend-admits/">Practise this</a>' in page.content.decode()
    assert page.content == admin_client.get(address).content
    assert "There is no exercise on a minimal gated unit yet" in client.get("/examples/mgu/").content.decode()


def test_another_view_brings_its_own_exercise_along(client, course):
    sent = {"was": "1.1.2.pytorch", "tab": "gradient"}
    page = client.get("/examples/lstm/", sent, headers={"HX-Request": "true"}).content.decode()
    assert 'id="practise" hx-swap-oob="true"' in page and "/exercises/lstm-deltas-two-steps/" in link(page)


@pytest.mark.django_db
def test_without_exercises_the_page_says_that_there_are_none(client):
    page = client.get("/examples/lstm/").content.decode()
    assert ">All exercises</a>" in link(page) and "There is none on a cell of this kind yet." in page
