import re
from html import unescape

import pytest

from quizzes.formats.markup import mathml
from studyapp import places
from studyapp.math_font import CHARACTERS, LARGEST, make_math_font

COURSE = places.ROOT / "quizzes" / "content" / "recurrent-networks"


@pytest.fixture(scope="module")
def font(tmp_path_factory):
    target = tmp_path_factory.mktemp("font") / "math.woff"
    assert make_math_font(target)
    assert target.stat().st_size <= LARGEST
    return pytest.importorskip("fontTools.ttLib").TTFont(target)


def test_the_math_font_keeps_what_makes_brackets_grow(font):
    assert "MATH" in font


def test_the_math_font_has_every_letter_it_promises(font):
    assert set(CHARACTERS) - set(font.getBestCmap()) <= {0x1D455}


def test_the_math_font_goes_by_a_name_of_its_own(font):
    assert {record.toUnicode() for record in font["name"].names if record.nameID == 1} == {"Carousel Math"}


def test_every_sign_of_the_course_s_formulas_is_in_the_math_font():
    texts = [path.read_text() for path in COURSE.rglob("*") if path.suffix in {".md", ".yaml"}]
    inline = [latex for text in texts for latex in re.findall(r"(?<![\\$])\$([^$\n]+?)\$", text)]
    blocks = [block for text in texts for block in re.findall(r"```formula\n(.*?)```", text, re.DOTALL)]
    rows = [row.strip() for block in blocks for row in block.splitlines() if row.strip() and "words:" not in row]
    shown = {sign for latex in inline + rows for sign in unescape(re.sub(r"<[^>]+>", "", mathml(latex)))}
    assert not {sign for sign in shown if ord(sign) not in CHARACTERS and sign not in "\n\u2061\u2062\u2063\u200b"}
