"""Every message says what is wrong, where, and what to do, in our own words, and a test knows it.

The laws are those of docs/development.md, under "Add a message". They are read off the code, wherever an error is made.
"""

import ast
import re
from functools import cache
from pathlib import Path

import pytest

from tests.error_sites import ErrorSite, Text, error_sites, passes_on

ROOT = Path(__file__).parent.parent
SOURCES = sorted([*ROOT.glob("seqpipe/**/*.py"), *ROOT.glob("plugins/*/src/**/*.py")])
TESTS = sorted([*ROOT.glob("tests/**/*.py"), *ROOT.glob("plugins/*/tests/**/*.py")])

OF_A_FILE = ("InputError", "OutputError", "ModelError", "RecordError")
"""Errors that say which file or record they are about."""

PLACED_LATER = {
    "plugins/seqpipe-audio/src/seqpipe_audio/search.py": "what a model holds for a stage; the pipeline names the model",
    "plugins/seqpipe-text/src/seqpipe_text/translation/bpe.py": "as above",
    "seqpipe/builtin/encoders/standardize.py": "as above",
    "plugins/seqpipe-dna/src/seqpipe_dna/signal/fast5.py": "what is wrong with a read; the reader knows the file",
    "plugins/seqpipe-dna/src/seqpipe_dna/signal/pod5.py": "as above",
    "plugins/seqpipe-dna/src/seqpipe_dna/signal/slow5.py": "as above",
    "plugins/seqpipe-dna/src/seqpipe_dna/signal/reader.py": "as above",
    "seqpipe/pipeline/model.py": "a model in memory, which has no file",
    "seqpipe/pipeline/parameters.py": "the text names the model; the place is that of the stage in the pipeline file",
    "seqpipe/training/session/starting_model.py": "the text names the model",
}
"""Files whose errors get their place from who calls them."""

FOREIGN = {
    "seqpipe/isolation/isolated_reader.py": "what a plugin's reader raised, which its author has to see",
    "seqpipe/isolation/isolated_step.py": "what a plugin's stage raised",
    "seqpipe/engine/attempt.py": "what a plugin's stage raised",
    "seqpipe/builtin/objectives/labels.py": "a label, the key of a dictionary",
    "seqpipe/registry.py": "why a plugin cannot be imported",
    "seqpipe/cli/plugin_commands.py": "why a plugin's command cannot be imported",
    "seqpipe/cli/application.py": "kernels make no errors for people, and this text is ours",
}
"""Files that pass on what an exception of others says, and why."""

BEFORE_TEXT = re.compile(r"[A-Z][a-z]")
"""How a message does not begin, where it is no name such as HDF5 or U+FFFF."""


@cache
def own_exceptions() -> frozenset[str]:
    """Return the classes of exceptions that are ours, whose texts are too."""
    names = {"SeqpipeError"}
    classes = [
        node
        for path in SOURCES
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.ClassDef)
    ]
    for _ in range(2):  # those of those
        names |= {
            node.name
            for node in classes
            for base in node.bases
            if isinstance(base, ast.Name) and (base.id in names or base.id in ("Exception", "ValueError"))
        }
    return frozenset(names)


@cache
def sites() -> list[ErrorSite]:
    return error_sites(SOURCES, own_exceptions())


def of(site: ErrorSite) -> str:
    return site.path.relative_to(ROOT).as_posix()


def shown(site: ErrorSite, text: Text) -> str:
    words = "".join(part if isinstance(part, str) else f"{{{ast.unparse(part)}}}" for part in text)
    return f"{of(site)}:{site.line}: {words}"


def is_sentence(text: Text) -> bool:
    """Whether a text begins or ends as a sentence does, or has several lines."""
    first, last = text[0], text[-1]
    begins = isinstance(first, str) and BEFORE_TEXT.match(first)
    ends = isinstance(last, str) and last.endswith((".", "!", "\n")) and not last.endswith("...")
    return bool(begins or ends)


def test_there_are_places_where_errors_are_made():
    assert len(sites()) > 400


def test_every_message_says_what_to_do():
    missing = [
        of(site) + f":{site.line}" for site in sites() if not site.todo or any(todo == ("",) for todo in site.todo)
    ]
    assert missing == []


def test_a_message_is_no_sentence():
    sentences = [shown(site, text) for site in sites() for text in (*site.what, *site.todo) if is_sentence(text)]
    assert sentences == []


def test_a_message_about_a_file_names_it():
    lost = [
        shown(site, site.what[0])
        for site in sites()
        if site.kind in OF_A_FILE and not site.placed and of(site) not in PLACED_LATER
    ]
    assert lost == []


def test_what_libraries_say_is_not_passed_on():
    passed_on = {
        of(site): shown(site, text)
        for site in sites()
        for text in (*site.what, *site.todo)
        if any(passes_on(part, site.caught) for part in text)
    }
    assert {file: line for file, line in passed_on.items() if file not in FOREIGN} == {}


@cache
def words_of_tests() -> str:
    """Return all that stands in quotes in tests, without the signs of regular expressions."""
    texts = [
        node.value
        for path in TESTS
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    ]
    return "\n".join(" ".join(re.sub(r"\\(.)", r"\1", text).split()) for text in texts)


def is_known(text: Text) -> bool:
    """Whether three words of a message in a row, or all between what is filled in, stand in a test."""
    parts = [part.split() for part in text if isinstance(part, str)]
    length = min(3, max(map(len, parts), default=0))
    if not any(re.search(r"\w{3}", word) for words in parts for word in words):
        return True  # all of it is filled in; it is known where it is made
    return any(
        " ".join(words[begin : begin + length]) in words_of_tests()
        for words in parts
        for begin in range(len(words) - length + 1)
    )


def test_every_message_has_a_test():
    assert [shown(site, what) for site in sites() for what in site.what if not is_known(what)] == []


def checks() -> list[tuple[Path, ast.Raise]]:
    """Return where pydantic is told that a parameter is wrong: it takes a `ValueError`."""
    found = []
    for path in SOURCES:
        text = path.read_text("utf-8")
        if "_validator" in text or ("AfterValidator" in text and path.name != "learned.py"):
            found += [(path, node) for node in ast.walk(ast.parse(text)) if isinstance(node, ast.Raise)]
    return found


@pytest.mark.parametrize(("path", "node"), checks(), ids=lambda value: value.stem if isinstance(value, Path) else "")
def test_a_check_of_a_parameter_says_what_to_do(path, node):
    if isinstance(node.exc, ast.Call) and ast.unparse(node.exc.func) == "ValueError":
        assert ast.unparse(node.exc.args[0]).rstrip("'\"").endswith(")"), f"{path}:{node.lineno}: end with (what to do)"


PLANTED = """
def read(path):
    try:
        return path.read()
    except ValueError as error:
        raise {error}
"""


@pytest.mark.parametrize(
    ("error", "law"),
    [
        ("InputError('not JSON', '', path)", test_every_message_says_what_to_do),
        ("InputError('Not JSON', 'correct it', path)", test_a_message_is_no_sentence),
        ("InputError('not JSON', 'correct it.', path)", test_a_message_is_no_sentence),
        ("InputError('not JSON', 'correct it')", test_a_message_about_a_file_names_it),
        ("InputError(f'not JSON: {error}', 'correct it', path)", test_what_libraries_say_is_not_passed_on),
        ("InputError(str(error), 'correct it', path)", test_what_libraries_say_is_not_passed_on),
        ("InputError(f'{error!r:.9}', 'correct it', path)", test_what_libraries_say_is_not_passed_on),
        ("InputError('zyx wvu tsr', 'correct it', path)", test_every_message_has_a_test),
    ],
)
def test_the_laws_are_broken_by_what_breaks_them(tmp_path, monkeypatch, error, law):
    planted = ROOT / "planted.py"
    source = PLANTED.replace("{error}", error)
    if law is test_every_message_has_a_test:
        source = source.replace("zyx wvu tsr", " ".join(["nowhere"] * 7).replace("nowhere nowhere", "nobody says"))
    (tmp_path / "planted.py").write_text(source)
    (made,) = error_sites([tmp_path / "planted.py"], own_exceptions())
    placed = ErrorSite(planted, *list(vars(made).values())[1:])
    monkeypatch.setitem(globals(), "sites", lambda: [placed])
    with pytest.raises(AssertionError):
        law()
