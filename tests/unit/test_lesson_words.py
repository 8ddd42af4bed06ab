"""The pure parts of reading: what is said to a bet, what a search puts first, how a lesson is laid out at a depth."""

from quizzes.lessons.bets import tell
from quizzes.lessons.minutes import minutes
from quizzes.lessons.models import Section
from quizzes.lessons.queries import outline
from quizzes.lessons.ranking import Found, excerpt, near, ranked


def found(title, text="", rank=0):
    return Found("Glossary", title, text, "/", rank)


def sections(*rows):
    return [Section(depth=depth, anchor=anchor, title=anchor, position=k) for k, (depth, anchor) in enumerate(rows)]


def test_a_title_that_is_the_query_stands_before_one_that_begins_with_it_and_that_before_any_text():
    things = [found("Cell", "a gate"), found("Gate signals"), found("Gate"), found("Investigate")]
    assert [each.title for each in ranked("gate", things)] == ["Gate", "Gate signals", "Investigate", "Cell"]


def test_equally_good_things_stand_by_kind_and_then_by_title():
    things = [found("b", "gate"), found("a", "gate"), found("z", "gate", rank=-1)]
    assert [each.title for each in ranked("gate", things)] == ["z", "a", "b"]


def test_an_excerpt_marks_every_word_whatever_its_case():
    assert excerpt("gate f", "The Gate f.") == [
        ("The ", False),
        ("Gate", True),
        (" ", False),
        ("f", True),
        (".", False),
    ]


def test_an_excerpt_of_a_long_text_begins_near_the_first_hit():
    text = "word " * 100 + "carousel " + "word " * 100
    pieces = excerpt("carousel", text)
    assert pieces[0][0].startswith("… ") and ("carousel", True) in pieces and pieces[-1][0].endswith(" …")
    assert sum(len(piece) for piece, _ in pieces) < 220


def test_a_guess_within_the_tolerance_is_close():
    assert tell("0,55", 0.52, 0.05).is_close
    assert not tell("0.6", 0.52, 0.05).is_close


def test_a_skipped_bet_is_told_the_number():
    assert tell("", 0.52, 0.05).verdict == "It is 0.52."


def test_a_slip_of_the_pen_finds_the_term_that_was_meant():
    terms = ["Forget gate", "Input gate", "Cell state", "Carousel"]
    assert near("forgat gate", terms)[0] == "Forget gate"
    assert near("carrousel", terms) == ["Carousel"]
    assert near("forgrt", terms) == ["Forget gate"]
    assert near("zzz", terms) == []


def test_minutes_are_those_of_180_words_and_of_the_formulas():
    assert minutes(["word " * 450]) == 2  # two and a half, rounded to the even side
    assert minutes(["word " * 360, "```formula\na = 1\nb = 2\nc = 3\nwords: a equals 1\n```\n"]) == 3
    assert minutes(["[word](/a/very/long/address/) $a + b + c$ word"]) == 1


def test_a_deeper_section_is_announced_once_at_the_first_depth_that_has_it():
    shown = sections(("basic", "a"), ("basic", "d"))
    others = sections(
        ("standard", "a"), ("standard", "b"), ("standard", "d"),
        ("detailed", "a"), ("detailed", "b"), ("detailed", "c"), ("detailed", "d"), ("detailed", "e"),
    )  # fmt: skip
    parts = outline("basic", shown, others, {})
    assert [(part.anchor, part.deeper) for part in parts] == [
        ("a", ""), ("b", "standard"), ("c", "detailed"), ("d", ""), ("e", "detailed"),
    ]  # fmt: skip
    assert parts[0].also == ("standard", "detailed")


def test_a_section_of_a_lesser_depth_is_not_announced():
    assert [part.anchor for part in outline("detailed", sections(("detailed", "a")), sections(("basic", "b")), {})] == [
        "a"
    ]
