"""The course's Markdown to safe HTML: pure, no database, no Django.

What it knows beyond Markdown (HTML in the text is shown, never obeyed):

    $h = o \\odot \\tanh(c)$           a formula in the line, LaTeX to MathML
    ```formula                        a formula of its own, one line of LaTeX per row,
    c = f \\odot c' + i \\odot g        the last line saying it in words
    words: c equals f times ...
    ```
    [[f|forget gate]]  [[f]]          a quantity in its colour
    [@hochreiter1997]                 a source mark, linked to the page of sources
"""

import re
from collections.abc import Mapping
from html import unescape
from typing import Any

import nh3
from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.rules_core import StateCore
from markdown_it.rules_inline import StateInline
from markdown_it.token import Token
from math_core import LatexError, LatexToMathML

LONGEST = 40_000  # characters of one text; the longest lesson section has about 2 000
QUANTITIES = "ifgochrznx"

_QUANTITY = re.compile(rf"\[\[([{QUANTITIES}])(?:\|([^\[\]|\n]+))?\]\]")
_SOURCE = re.compile(r"\[@([a-z0-9]+(?:-[a-z0-9]+)*)\]")
_INLINE_FORMULA = re.compile(r"\$(?![\s$])((?:\\.|[^$\\\n])+?)(?<!\s)\$")
_LETTER = re.compile(rf"<mi>([{QUANTITIES}])</mi>")
_BLOCK_END = re.compile(r"</(?:p|div|li|h\d|td|th|pre|blockquote)>|<br>")
_EQUALS = re.compile(r"</math> = (?=[\d(.−])")
_TAG = re.compile(r"<[^>]+>")
_NAME_AND_YEAR = re.compile(r"([a-z]+)(\d{4})[a-z]?$")
_WORDS = "words:"

# fmt: off
_MATH_TAGS = {
    "math", "mrow", "mi", "mo", "mn", "mtext", "mspace", "msub", "msup", "msubsup", "munder", "mover", "munderover",
    "mfrac", "msqrt", "mroot", "mtable", "mtr", "mtd", "mpadded", "mphantom",
}
TAGS = _MATH_TAGS | {
    "p", "em", "strong", "code", "pre", "blockquote", "ul", "ol", "li", "hr", "br", "h3", "h4", "h5", "h6", "a",
    "span", "div", "table", "thead", "tbody", "tr", "th", "td",
}
# fmt: on
_ATTRIBUTES = {
    "*": {"class"},
    "a": {"href", "title"},
    "div": {"role", "tabindex", "aria-label"},
    "ol": {"start"},
    "math": {"display"},
    "mo": {"stretchy", "lspace", "rspace", "form", "minsize", "maxsize", "separator"},
    "mi": {"mathvariant"},
    "mover": {"accent"},
    "munder": {"accentunder"},
    "mfrac": {"linethickness"},
    "mspace": {"width"},
    "mtable": {"displaystyle", "scriptlevel"},
}

_latex = LatexToMathML(fancy_error=False)


class MarkupError(ValueError):
    """A text that can't be shown as written; `line` counts from 1 within the text (0: unknown)."""

    def __init__(self, message: str, line: int = 0) -> None:
        super().__init__(message)
        self.line = line


def render(text: str, labels: Mapping[str, str] | None = None) -> str:
    """Safe HTML of a text in paragraphs. `labels` gives source ids their names ("Cho et al. 2014").

    Raises: MarkupError on a formula that can't be read, a formula block without its words line, a text too long.
    """
    return _clean(_markdown.render(_checked(text), {"labels": labels or {}}))


def render_inline(text: str, labels: Mapping[str, str] | None = None) -> str:
    """Safe HTML of a single line (a title, an option): no paragraph around it. Raises: as `render`."""
    return _clean(_markdown.renderInline(_checked(text), {"labels": labels or {}}))


def mathml(latex: str, *, block: bool = False) -> str:
    """MathML of a LaTeX formula, its quantities in their colours. Raises: MarkupError with the reason."""
    try:
        markup = _latex.convert_with_local_state(latex, displaystyle=block)
    except LatexError as error:
        raise MarkupError(f"the formula {latex!r} can't be read: {_reason(error)}") from error
    return _LETTER.sub(r'<mi class="q-\1">\1</mi>', markup)


def plain_text(html: str) -> str:
    """The words of rendered HTML, for search and for lists."""
    return " ".join(unescape(_TAG.sub("", _BLOCK_END.sub(" ", html))).split())


def source_name(source_id: str, labels: Mapping[str, str]) -> str:
    """How a source mark reads: its label, or "Hochreiter 1997" made from the id."""
    if source_id in labels:
        return labels[source_id]
    match = _NAME_AND_YEAR.match(source_id)
    return f"{match[1].capitalize()} {match[2]}" if match else source_id


def source_ids(text: str) -> list[str]:
    """The sources a text cites, in order, each once."""
    return list(dict.fromkeys(_SOURCE.findall(text)))


def _checked(text: str) -> str:
    if len(text) > LONGEST:
        raise MarkupError(f"the text has {len(text)} characters; at most {LONGEST} are shown")
    return text


def _reason(error: LatexError) -> str:
    return re.sub(r"^\d+: ", "", str(error).splitlines()[0])


def _clean(html: str) -> str:
    """Only what is listed above comes out; a letter stays on one line with the number it equals."""
    html = _EQUALS.sub("</math>\u00a0=\u00a0", html)
    return nh3.clean(html, tags=TAGS, attributes=_ATTRIBUTES, url_schemes={"http", "https"}, link_rel=None)


# The rules added to Markdown: each looks at the text where the reader stands, adds a token and moves on.


def _quantity_rule(state: StateInline, silent: bool) -> bool:
    match = _QUANTITY.match(state.src, state.pos)
    if match and not silent:
        _add(state, "quantity", match[2] or match[1], letter=match[1])
    return _moved_past(state, match)


def _source_rule(state: StateInline, silent: bool) -> bool:
    match = _SOURCE.match(state.src, state.pos)
    if match and not silent:
        _add(state, "source", match[1])
    return _moved_past(state, match)


def _formula_rule(state: StateInline, silent: bool) -> bool:
    match = _INLINE_FORMULA.match(state.src, state.pos)
    if match and not silent:
        _add(state, "formula", match[1])
    return _moved_past(state, match)


def _add(state: StateInline, kind: str, content: str, **meta: Any) -> None:
    token = state.push(kind, "", 0)
    token.content, token.meta = content, meta


def _moved_past(state: StateInline, match: re.Match[str] | None) -> bool:
    if match:
        state.pos = match.end()
    return match is not None


def _tidy_headings_and_cells(state: StateCore) -> None:
    """Headings start at h3, as a page has its own h1 and h2; right-aligned cells get a class, not a style."""
    for token in state.tokens:
        if token.type in ("heading_open", "heading_close"):
            token.tag = f"h{max(3, int(token.tag[1]))}"
        elif token.attrs.pop("style", None) == "text-align:right":
            token.attrSet("class", "num")


def _show_quantity(renderer: RendererHTML, tokens: list[Token], at: int, options: Any, env: Any) -> str:
    token = tokens[at]
    return f'<span class="q q-{token.meta["letter"]}">{nh3.clean_text(token.content)}</span>'


def _show_source(renderer: RendererHTML, tokens: list[Token], at: int, options: Any, env: Any) -> str:
    source_id = tokens[at].content
    name = nh3.clean_text(source_name(source_id, env.get("labels", {})))
    return f'<a class="source" href="/sources/#{source_id}">{name}</a>'


def _show_table(renderer: RendererHTML, tokens: list[Token], at: int, options: Any, env: Any) -> str:
    """A table that is too wide for its page scrolls by itself, by keyboard too."""
    return '<div class="scroll" role="region" tabindex="0" aria-label="Table"><table>\n'


def _end_table(renderer: RendererHTML, tokens: list[Token], at: int, options: Any, env: Any) -> str:
    return "</table></div>\n"


def _show_formula(renderer: RendererHTML, tokens: list[Token], at: int, options: Any, env: Any) -> str:
    return mathml(tokens[at].content)


def _show_fence(renderer: RendererHTML, tokens: list[Token], at: int, options: Any, env: Any) -> str:
    token = tokens[at]
    if token.info.strip() == "formula":
        return _formula_block(token.content, (token.map or [0])[0] + 1)
    return f"<pre><code>{nh3.clean_text(token.content)}</code></pre>\n"


def _formula_block(content: str, line: int) -> str:
    rows = [row.strip() for row in content.splitlines() if row.strip()]
    if len(rows) < 2 or not rows[-1].startswith(_WORDS):
        raise MarkupError("a formula block ends with a line `words: ...` that says it aloud", line)
    equations = "".join(f'<div class="eq">{mathml(row, block=True)}</div>' for row in rows[:-1])
    words = nh3.clean_text(rows[-1].removeprefix(_WORDS).strip())
    return f'<div class="formula">{equations}<p class="words">{words}</p></div>\n'


def _build() -> MarkdownIt:
    markdown = MarkdownIt("commonmark", {"html": False}).enable("table").disable(["image", "html_block", "html_inline"])
    for name, rule in (("quantity", _quantity_rule), ("source", _source_rule)):
        markdown.inline.ruler.before("link", name, rule)
    markdown.inline.ruler.after("escape", "formula", _formula_rule)
    markdown.core.ruler.push("tidy", _tidy_headings_and_cells)
    for kind, show in (
        ("quantity", _show_quantity),
        ("source", _show_source),
        ("formula", _show_formula),
        ("fence", _show_fence),
        ("table_open", _show_table),
        ("table_close", _end_table),
    ):
        markdown.add_render_rule(kind, show)
    return markdown


_markdown = _build()
