"""The smallest course pack that can be loaded, for tests to break; and the real one."""

from functools import cache
from pathlib import Path

from quizzes.exchange.folders import read_folder
from quizzes.formats.course_files import read_pack

RECURRENT_NETWORKS = Path(__file__).parent.parent / "quizzes" / "content" / "recurrent-networks"

# Of the real course's exercises, those that stand for the rest: each form and kind of question, and the large ones.
STANDING_FOR_ALL = (
    "rnn-chain", "lstm-step", "gru-step", "peephole-step", "lstm-deltas", "forget-gate", "pick-gru-formulas",
    "find-lstm-error", "predict-lstm", "rnn-shared-weight", "cell-retention", "count-lstm-keras", "shape-batch-first",
    "gate-order-gru",
)  # fmt: skip

LESSON = """\
## First {#first}

The [[f|forget gate]] keeps. [@gers2000]
"""

SMALL = {
    "course.yaml": "id: small\ntitle: Small\nsummary: A course in one breath.\nlessons: [one]\n",
    "sources.yaml": "sources:\n  - {id: gers2000, authors: Gers et al., year: 2000, title: Learning to forget}\n",
    "components.yaml": "components:\n  - {id: gate, title: Compute a gate}\n",
    "misconceptions.yaml": (
        "misconceptions:\n"
        "  - {id: F01, kind: gates, title: Gates read as switches, correction: A gate is a fraction.}\n"
        "  - {id: F02, kind: gates, title: Forget gate read as the share forgotten, correction: f is the share kept.}\n"
        "  - {id: F05, kind: gates, title: Recurrent term left out, correction: Every gate reads the old state.}\n"
    ),
    "glossary.yaml": (
        "glossary:\n"
        "  - id: forget-gate\n"
        "    term: Forget gate\n"
        "    letter: f\n"
        "    definition: The share of the old cell that is kept.\n"
        "    note: Of 1.3, a gate of 0.40 keeps 0.52.\n"
        "    sources: [gers2000]\n"
    ),
    "mnemonics.yaml": (
        "mnemonics:\n  - {id: keeps, kind: gem, title: The gate, text: Forget keeps., meaning: f is the share kept.}\n"
    ),
    "questions/one.yaml": (
        "questions:\n"
        "  - id: kept\n"
        "    stem: The old cell is 1.3, the gate 0.40. How much is left?\n"
        "    options:\n"
        '      - {text: "0.52"}\n'
        '      - {text: "0.78", misconception: F02}\n'
        "    explanation: It keeps. [@gers2000]\n"
        "    components: [gate]\n"
        "    sources: [gers2000]\n"
    ),
    "quizzes.yaml": (
        "quizzes:\n"
        "  - {id: short, title: Short, intro: One question., minutes: 1, feedback: at_once, questions: [kept]}\n"
    ),
    "generators.yaml": (
        "generators:\n"
        "  - slug: gate\n"
        "    title: A gate\n"
        "    summary: One gate.\n"
        "    level: 1\n"
        "    components: [gate]\n"
        "    cell: lstm\n"
        "    convention: pytorch\n"
        "    D: 1\n"
        "    H: 1\n"
        "    T: 1\n"
        "    decimals: 4\n"
        "    ranges:\n"
        + "".join(f"      {name}: {{low: -1.5, high: 1.5, step: 0.1}}\n" for name in ("x", "h0", "c0", "W", "U", "b"))
        + "    asked: [f@1]\n"
        "    claims: {f: [F05]}\n"
        "    must_show: {f: [F05]}\n"
        "    hints: {f: [where, formula, how, what to expect]}\n"
        "    reasons: {f: [because]}\n"
    ),
    "errata.yaml": (
        "errata:\n"
        "  - {number: 1, page: a page, severity: A, covered_by: [kept], claim: It is 0 or 1., correction: A share.}\n"
    ),
    "lessons/one/lesson.yaml": (
        "title: One\n"
        "summary: A lesson.\n"
        "minutes: 2\n"
        "components: [gate]\n"
        "generators: [gate]\n"
        "quizzes: [short]\n"
        "bets:\n"
        "  - {anchor: first, prompt: How much?, answer: 0.52, tolerance: 0.02, reveal: It is 0.52.}\n"
        "dialogue:\n"
        "  - {speaker: Student, text: Is it 0 or 1?}\n"
        "  - {speaker: Teacher, text: It is 0.40.}\n"
    ),
    "lessons/one/basic.md": LESSON,
    "lessons/one/standard.md": LESSON,
    "lessons/one/detailed.md": LESSON + "\n## Second {#second}\n\nMore. [@gers2000]\n",
}


def small_files(**changes):
    """The small pack's files; `questions_one=...` puts another text into questions/one.yaml, None leaves it out."""
    names = {name.replace("/", "_").rpartition(".")[0]: name for name in SMALL}
    texts = SMALL | {names[name]: text for name, text in changes.items()}
    return {name: text.encode() for name, text in texts.items() if text is not None}


def small_pack(**changes):
    return read_pack(small_files(**changes))


@cache
def real_pack():
    return read_pack(read_folder(RECURRENT_NETWORKS))
