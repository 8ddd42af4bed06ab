"""The course's Markdown: what it shows, and what it never lets through."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quizzes.formats.markup import TAGS, MarkupError, plain_text, render, render_inline, source_ids


def test_a_quantity_is_shown_in_its_colour_with_its_own_words():
    assert render_inline("The [[f|forget gate]] and [[c]].") == (
        'The <span class="q q-f">forget gate</span> and <span class="q q-c">c</span>.'
    )


def test_a_letter_that_is_no_quantity_stays_as_it_was_typed():
    assert render_inline("[[q|queue]]") == "[[q|queue]]"


def test_a_source_mark_links_to_the_page_of_sources_and_reads_as_its_label():
    html = render_inline("So it is. [@cho2014]", {"cho2014": "Cho et al. 2014"})
    assert html == 'So it is. <a class="source" href="/sources/#cho2014">Cho et al. 2014</a>'


def test_a_source_without_a_label_reads_as_name_and_year():
    assert ">Gers 2000</a>" in render_inline("[@gers2000]")
    assert ">pytorch-gru</a>" in render_inline("[@pytorch-gru]")


def test_the_sources_of_a_text_come_in_order_each_once():
    assert source_ids("One [@b2]. Two [@a1] and [@b2]. No [@ c3].") == ["b2", "a1"]


def test_a_formula_in_the_line_becomes_mathml_with_its_quantities_coloured():
    html = render_inline(r"$h = o \odot \tanh(c)$")
    assert html.startswith('<math><mi class="q-h">h</mi><mo>=</mo><mi class="q-o">o</mi>')
    assert "$" not in html


def test_a_letter_stays_on_one_line_with_the_number_it_equals():
    assert render_inline("with $f$ = 0.40") == 'with <math><mi class="q-f">f</mi></math>&nbsp;=&nbsp;0.40'


@pytest.mark.parametrize("text", ["It costs $5 and $ 6.", r"\$a\$ and \$b", "a $ b $ c", "`$x$`"])
def test_dollars_that_are_no_formula_stay_dollars(text):
    assert "<math" not in render(text)
    assert "$" in render(text)


def test_a_formula_block_shows_a_row_a_line_and_says_it_in_words():
    html = render("```formula\na = W x + b\nh = \\tanh(a)\nwords: a equals W x plus b; h equals tanh of a.\n```")
    assert html.count('<div class="eq"><math display="block">') == 2
    assert '<p class="words">a equals W x plus b; h equals tanh of a.</p>' in html


@pytest.mark.parametrize("block", ["c = f", "words: c equals f", "words: first\nc = f"])
def test_a_formula_block_without_equation_or_words_is_refused_with_its_line(block):
    with pytest.raises(MarkupError, match="words") as caught:
        render(f"Two lines\nbefore.\n\n```formula\n{block}\n```")
    assert caught.value.line == 4


def test_a_formula_that_cant_be_read_is_refused_by_name():
    with pytest.raises(MarkupError, match=r"'\\\\fracc\{1\}\{2\}' can't be read: Unknown command"):
        render(r"Half is $\fracc{1}{2}$.")


def test_a_text_too_long_is_refused():
    with pytest.raises(MarkupError, match="at most 40000"):
        render("x" * 40_001)


def test_headings_begin_at_the_third_level():
    assert render("# One\n\n#### Four") == "<h3>One</h3>\n<h4>Four</h4>\n"


def test_numbers_in_a_table_align_by_a_class_and_not_by_a_style():
    html = render("| a | b |\n|---|--:|\n| x | 1 |")
    assert '<td class="num">1</td>' in html
    assert "style" not in html


def test_a_backslash_at_the_end_breaks_the_line():
    assert render("one\\\ntwo") == "<p>one<br>\ntwo</p>\n"


@pytest.mark.parametrize(
    "hostile",
    [
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        "[[f|<b onmouseover=alert(1)>x</b>]]",
        "[go](javascript:alert(1))",
        "[go](data:text/html,<script>alert(1)</script>)",
        '[go](/x "onclick=alert(1)")',
        "![x](https://example.org/pixel.png)",
        "<a href='javascript:alert(1)'>go</a>",
        "```formula\na\nwords: <script>alert(1)</script>\n```",
        r"$\text{<script>alert(1)</script>}$",
        r"$\href{javascript:alert(1)}{x}$",
        "```html\n<script>alert(1)</script>\n```",
        "<svg/onload=alert(1)>",
        "<style>*{display:none}</style>",
        "[@a1<script>]",
    ],
)
def test_nothing_hostile_comes_out_as_markup(hostile):
    try:
        html = render(hostile) + render_inline(hostile)
    except MarkupError:
        return
    for bad in ("<script", "<img", "<svg", "<style", "<b ", 'javascript:alert(1)"', 'href="data', "style="):
        assert bad not in html


@pytest.mark.parametrize(
    "text", ["> " * 5000 + "x", "[" * 5000 + "x" + "](y)" * 5000, "*" * 20_000 + "x", "$" * 30_000]
)
def test_nesting_without_end_is_cut_and_ends(text):
    assert render(text).count("<blockquote>") <= 20


PIECES = st.sampled_from(
    [
        "$",
        "[[",
        "]]",
        "|",
        "f",
        "[@",
        "]",
        "a1",
        "```",
        "formula",
        "\n",
        "words:",
        "\\",
        "{",
        "}",
        "<b",
        ">",
        "(",
        ")",
        '"',
        "'",
        "&lt;",
        "`",
        "# ",
        "- ",
        "> ",
        "*",
        "_",
        "\\frac",
        "^",
        "x",
        " ",
        "é",
        "\0",
    ]
)


@given(st.lists(PIECES, max_size=40).map("".join))
def test_whatever_is_typed_comes_out_as_known_tags_or_is_refused_in_a_sentence(text):
    try:
        html = render(text)
    except MarkupError as error:
        assert str(error)
        return
    assert set(re.findall(r"<(\w+)", html)) <= TAGS
    assert not re.search(r"<[^>]*\s(?:on\w+|style|src|id)=", html)


def test_plain_text_is_the_words_alone():
    assert plain_text(render("The **cell** keeps [[c|it]] & more.\n\n- so")) == "The cell keeps it & more. so"


def test_a_table_scrolls_by_itself_and_can_be_reached_by_keyboard():
    html = render("| a | b |\n|---|--:|\n| 1 | 2 |")
    assert html.startswith('<div class="scroll" role="region" tabindex="0" aria-label="Table"><table>')
    assert html.rstrip().endswith("</table></div>")
