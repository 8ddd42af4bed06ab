"""What anybody may read: lessons at three depths, bets, glossary, mnemonics, sources, search."""

import pytest
from django.urls import reverse

from quizzes.catalog.models import Course, Source
from quizzes.items.models import Question, QuestionVersion
from quizzes.lessons.models import Bet, DialogueLine, GlossaryTerm, Lesson, Mnemonic, Section
from quizzes.lessons.services import save_bet, save_lesson, save_line, save_mnemonic, save_section, save_term

pytestmark = pytest.mark.django_db

MOST_QUERIES = 12


@pytest.fixture
def course():
    Source.objects.create(slug="gers2000", authors="Gers, Schmidhuber & Cummins", year=2000, title="Learning to forget")
    return Course.objects.create(slug="recurrent-networks", title="Recurrent networks")


@pytest.fixture
def lesson(course):
    lesson = save_lesson(lesson=Lesson(course=course, slug="the-lstm", title="The LSTM", summary="Gates.", minutes=10))
    texts = [
        ("basic", "forget", "The forget gate", "The [[f|forget gate]] keeps a share."),
        ("standard", "forget", "The forget gate", "$f \\odot c$ is what is kept [@gers2000]."),
        ("detailed", "why", "Where it comes from", "It was added in 2000."),
        ("detailed", "forget", "The forget gate", "Its derivative is $f (1 - f)$."),
        ("detailed", "peepholes", "Peepholes", "A gate that looks at the cell."),
    ]
    for position, (depth, anchor, title, text) in enumerate(texts):
        section = Section(lesson=lesson, depth=depth, anchor=anchor, title=title, text=text, position=position)
        save_section(section=section)
    line = DialogueLine(lesson=lesson, position=1, speaker="Student", text="Is f never 0?")
    save_line(line=line)
    save_bet(
        bet=Bet(lesson=lesson, anchor="forget", prompt="How much of 1.3 is left at 0.4?", answer=0.52, reveal="So.")
    )
    return lesson


def text_of(response):
    return response.content.decode()


def test_a_lesson_shows_the_sections_of_its_depth_and_announces_the_deeper_ones(client, lesson):
    page = text_of(client.get("/lessons/the-lstm/?depth=basic"))
    assert '<section class="prose" id="forget"' in page and "keeps a share" in page.replace("\n", " ")
    assert "Its derivative" not in page
    assert page.index('id="why"') < page.index('id="forget"') < page.index('id="peepholes"')
    assert '<a href="?depth=detailed#peepholes">Peepholes</a>' in page


def test_a_section_bears_the_same_id_at_every_depth(client, lesson):
    for depth in ("basic", "standard", "detailed"):
        assert '<section class="prose" id="forget"' in text_of(client.get(f"/lessons/the-lstm/?depth={depth}"))


def test_a_lesson_ends_with_its_sources_the_dialogue_and_what_to_do_next(client, lesson):
    page = text_of(client.get("/lessons/the-lstm/"))
    assert 'href="/sources/#gers2000"' in page
    assert "Is f never 0?" in page and "Student" in page
    assert 'href="/examples/lstm/"' in page and 'href="/cards/"' in page


def test_a_source_is_named_where_it_is_cited_and_below_a_section_that_cites_nothing(client, lesson):
    mark = '<a class="source" href="/sources/#gers2000">'
    page = text_of(client.get("/lessons/the-lstm/?depth=standard"))
    assert mark in page and page.count("/sources/#gers2000") == 1
    uncited = lesson.sections.get(depth="basic", anchor="forget")
    uncited.sources.add(Source.objects.get(slug="gers2000"))
    page = text_of(client.get("/lessons/the-lstm/?depth=basic"))
    assert mark not in page and page.count("/sources/#gers2000") == 1


def test_each_depth_has_its_own_minutes(client, lesson):
    long = Section(lesson=lesson, depth="detailed", anchor="long", title="Long", text="word " * 900, position=9)
    save_section(section=long)
    page = text_of(client.get("/lessons/the-lstm/?depth=basic"))
    assert "about 1 minute at this depth" in page and "<small>5&nbsp;min</small>" in page
    assert "about 5 minutes at this depth" in text_of(client.get("/lessons/the-lstm/?depth=detailed"))
    assert "1 to 5&nbsp;min" in text_of(client.get("/lessons/"))


def test_a_depth_that_does_not_exist_is_not_found(client, lesson):
    assert client.get("/lessons/the-lstm/?depth=deepest").status_code == 404


@pytest.mark.parametrize(
    ("guess", "said"),
    [
        ("0.5", "Close: you said 0.5, it is 0.52."),
        ("1,3", "Not quite: you said 1.3, it is 0.52."),
        ("0.52", "0.52, exactly."),
        ("", "It is 0.52."),
        ("much", '<p class="error">'),
    ],
)
def test_a_bet_is_answered_without_a_script(client, lesson, guess, said):
    page = text_of(client.get("/lessons/the-lstm/", {"depth": "basic", "bet": "forget", "guess": guess}))
    assert said in page


def test_what_is_said_to_a_bet_names_its_sources_as_every_text_does(client, lesson):
    bet = lesson.bets.get()
    bet.reveal = "It keeps 0.52 [@gers2000].\n\nThe rest is forgotten."
    save_bet(bet=bet)
    page = text_of(client.get("/lessons/the-lstm/", {"depth": "basic", "bet": "forget", "guess": "0.5"}))
    assert "Cummins 2000</a>.</p>" in page and "<p>The rest is forgotten.</p>" in page


def test_the_number_of_a_bet_is_not_on_the_page_before_the_bet(client, lesson):
    assert "0.52" not in text_of(client.get("/lessons/the-lstm/?depth=basic"))


def test_htmx_gets_the_bet_alone(client, lesson):
    answer = text_of(client.get("/lessons/the-lstm/?bet=forget&guess=1", headers={"HX-Request": "true"}))
    assert "<html" not in answer and answer.strip().startswith('<div class="bet sheet" id="bet-forget">')


def test_a_draft_is_not_found(client, lesson):
    Lesson.objects.update(is_published=False)
    assert client.get("/lessons/the-lstm/").status_code == 404
    assert "The LSTM" not in text_of(client.get("/lessons/"))


@pytest.fixture
def words(course):
    terms = [
        ("forget-gate", "Forget gate", "f", "The share of the old cell that is kept."),
        ("unit", "Unit", "", "One."),
    ]
    for slug, term, letter, definition in terms:
        row = GlossaryTerm(course=course, slug=slug, term=term, letter=letter, definition=definition)
        save_term(term=row)
    for kind in ("rhyme", "acronym"):
        mnemonic = Mnemonic(
            course=course, slug=kind, kind=kind, title=f"A {kind}", text="Forget keeps.", meaning="Gates."
        )
        save_mnemonic(mnemonic=mnemonic)


def test_the_glossary_is_filtered_by_a_form_and_by_htmx_alike(client, words):
    page = client.get("/glossary/?q=old+CELL")
    fragment = client.get("/glossary/?q=old+CELL", headers={"HX-Request": "true"})
    for shown in map(text_of, (page, fragment)):
        assert 'id="forget-gate"' in shown and 'id="unit"' not in shown
    assert "<html" not in text_of(fragment)


def test_a_filter_without_a_hit_says_so(client, words):
    assert "No term has all of these words." in text_of(client.get("/glossary/?q=%25"))


def test_mnemonics_are_filtered_by_kind(client, words):
    page = text_of(client.get("/mnemonics/?kind=rhyme"))
    assert "A rhyme" in page and "A acronym" not in page
    assert client.get("/mnemonics/?kind=song").status_code == 404


def test_every_source_has_its_anchor(client, course):
    assert '<li id="gers2000">' in text_of(client.get("/sources/"))


def test_search_finds_terms_sections_and_mnemonics_best_first(client, lesson, words):
    page = text_of(client.get("/search/?q=forget+gate"))
    assert page.index('href="/glossary/#forget-gate"') < page.index('href="/lessons/the-lstm/?depth=basic#forget"')
    assert page.count("#forget") == 1 + page.count('href="/glossary/#forget-gate"')


def test_search_shows_where_the_words_stand(client, lesson):
    assert "<mark>peepholes</mark>" not in text_of(client.get("/search/?q=looks"))
    assert "A gate that <mark>looks</mark> at the cell." in text_of(client.get("/search/?q=looks"))


def test_search_never_looks_at_questions(client, course):
    question = Question.objects.create(course=course, slug="secret")
    question.current = QuestionVersion.objects.create(question=question, number=1, stem="xyzzy?", stem_html="xyzzy?")
    question.save()
    assert "Nothing has all of these words." in text_of(client.get("/search/?q=xyzzy"))


@pytest.mark.parametrize("query", ["", "%", "_", "'", '"<script>', "\\", "(", "a" * 5000, "\x00", "σ ⊙"])
def test_search_bears_any_text(client, lesson, query):
    response = client.get("/search/", {"q": query})
    assert response.status_code == 200 and "<script>&" not in text_of(response)


PAGES = ["/lessons/", "/lessons/the-lstm/", "/glossary/", "/mnemonics/", "/sources/", "/search/?q=gate", "/examples/"]


@pytest.mark.parametrize("path", PAGES)
def test_a_public_page_is_the_same_for_everybody(client, admin_client, lesson, words, path):
    stranger, staff = client.get(path), admin_client.get(path)
    assert stranger.content == staff.content
    assert "public" in stranger["Cache-Control"] and "Cookie" not in stranger.get("Vary", "")
    assert not stranger.cookies and "csrfmiddlewaretoken" not in text_of(stranger)
    assert client.get(path, headers={"If-None-Match": stranger["ETag"]}).status_code == 304


@pytest.mark.parametrize("path", PAGES)
def test_no_page_asks_the_database_too_often(client, django_assert_max_num_queries, lesson, words, path):
    with django_assert_max_num_queries(MOST_QUERIES):
        client.get(path)


def test_a_page_that_is_read_takes_no_post(client, lesson):
    assert client.post(reverse("lesson", args=["the-lstm"])).status_code == 405


def test_a_search_that_finds_nothing_suggests_near_terms_and_the_glossary(client, lesson):
    save_term(term=GlossaryTerm(course=lesson.course, slug="carousel", term="Carousel", definition="A loop."))
    page = text_of(client.get("/search/?q=carrousel"))
    assert 'Did you mean <a href="/search/?q=Carousel">Carousel</a>?' in page
    assert '<a href="/glossary/">' in page
    assert "Did you mean" not in text_of(client.get("/search/?q=zzzz"))
