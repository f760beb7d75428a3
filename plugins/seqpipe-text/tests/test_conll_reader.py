"""The reader text.conll."""

import gzip
import logging

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seqpipe import InputError, Record, RecordError, Source
from seqpipe_text.names.conll_reader import ReadCoNLL
from seqpipe_text.names.tag_schemes import Entity, tags_of

SAMPLE = "Ann\tB-PER\nLee\tI-PER\nleft\tO\nOslo\tB-LOC\n\nNobody\tO\ndid\tO\n"


@pytest.fixture
def read(tmp_path):
    """Return a function that reads a file of some content."""

    def read(content: str | bytes, reader: ReadCoNLL | None = None, name: str = "a.conll", longest: int | None = None):
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        found = (reader or ReadCoNLL()).read(Source(str(path), longest=longest))
        return [Errored(one, str(tmp_path)) if isinstance(one, RecordError) else one for one in found]

    return read


class Errored(str):
    """What an error says, without the folder."""

    __slots__ = ("raw",)

    def __new__(cls, error, folder):
        self = super().__new__(cls, str(error).removeprefix(folder + "/"))
        self.raw = error.raw
        return self


def spans(record: Record) -> list[tuple[str, str]]:
    return [(one["type"], record.payload[one["start"] : one["stop"]]) for one in record.target]


def test_sentences_and_their_entities(read):
    first, second = read(SAMPLE)
    assert (first.payload, second.payload) == ("Ann Lee left Oslo", "Nobody did")
    assert first.target == [{"type": "PER", "start": 0, "stop": 7}, {"type": "LOC", "start": 13, "stop": 17}]
    assert second.target == []
    assert (first.id.rpartition("/")[2], first.position) == ("a.conll:1", 1)
    assert (second.id.rpartition("/")[2], second.position) == ("a.conll:6", 6)
    assert first.columns == {"text": "Ann Lee left Oslo", "tokens": ["Ann", "Lee", "left", "Oslo"]}


@pytest.mark.parametrize(
    "content",
    [
        SAMPLE.replace("\t", " "),
        SAMPLE.replace("\t", "   "),
        SAMPLE.replace("\n", "\r\n"),
        "\n\n" + SAMPLE.replace("\n\n", "\n \n\t\n\n"),
        "\ufeff" + SAMPLE,
        "# id = 4\n# text = Ann Lee left Oslo\n" + SAMPLE.replace("\n\n", "\n\n# newpar\n"),
        "-DOCSTART-\tO\n\n" + SAMPLE.replace("\n\n", "\n\n-DOCSTART- -X- -X- O\n\n"),
        SAMPLE.replace("\n\n", "\n-DOCSTART-\tO\n"),
        SAMPLE.replace("left\t", "left \t").replace("Nobody", "Nobody\tO\n\tO\n \tO\n").replace("\n\tO\ndid", "\ndid"),
    ],
)
def test_forms_of_the_same(read, content):
    first, second = read(content)
    assert (spans(first), spans(second)) == ([("PER", "Ann Lee"), ("LOC", "Oslo")], [])
    assert (first.payload, second.payload) == ("Ann Lee left Oslo", "Nobody did")


def test_a_packed_file(read):
    assert len(read(gzip.compress(SAMPLE.encode()), name="a.conll.gz")) == 2


def test_a_number_sign_is_a_token(read):
    (record,) = read("#\tO\nOslo\tB-LOC\n#\tO\n#win\tO\n")
    assert record.payload == "# Oslo # #win"


def test_columns_are_chosen(read):
    content = "1 Ann NNP B-PER x\n2 Lee NNP I-PER x\n"
    (record,) = read(content, ReadCoNLL(token=1, label=3))
    assert spans(record) == [("PER", "Ann Lee")]
    (record,) = read(content, ReadCoNLL(token=1, label="none"))
    assert (record.payload, record.target) == ("Ann Lee", None)
    (record,) = read("Ann\nLee\n", ReadCoNLL(label="none"))
    assert (record.payload, record.target) == ("Ann Lee", None)


@pytest.mark.parametrize("scheme", ["iob1", "iob2", "iobes", "bilou"])
def test_the_scheme_is_recognised_and_said(read, caplog, scheme):
    entities = [Entity("A", 0, 1), Entity("A", 1, 3), Entity("B", 3, 4)]
    tags = tags_of(entities, 5, scheme)
    content = "".join(f"t{index}\t{tag}\n" for index, tag in enumerate(tags))
    with caplog.at_level(logging.INFO):
        (record,) = read(content)
    assert spans(record) == [("A", "t0"), ("A", "t1 t2"), ("B", "t3")]
    assert [message.partition("a.conll")[2] for message in caplog.messages] == [f": the tags are {scheme.upper()}"]
    assert [record.levelno for record in caplog.records] == [25]


def test_a_scheme_that_is_given_is_not_looked_for(read, caplog):
    (record,) = read("a\tI-A\nb\tB-A\n", ReadCoNLL(scheme="iob1"))
    assert spans(record) == [("A", "a"), ("A", "b")]
    assert read("# scheme = iob1\na\tI-A\n")[0].target == [{"type": "A", "start": 0, "stop": 1}]
    assert caplog.messages == []


WORDS = st.text(alphabet="ab.#-é", min_size=1, max_size=4)


@given(
    st.lists(
        st.lists(st.tuples(WORDS, st.integers(0, 3), st.sampled_from(["", "X", "Y-Z"])), min_size=1, max_size=6),
        max_size=5,
    ),
    st.sampled_from(["iob1", "iob2", "iobes", "bilou"]),
)
def test_what_was_written_is_read(tmp_path_factory, sentences, scheme):
    blocks, expected = [], []
    for parts in sentences:
        tokens, entities = [], []
        for word, further, kind in parts:
            begin = len(tokens)
            tokens += [word] * (further + 1)
            if kind:
                entities.append(Entity(kind, begin, len(tokens)))
        tags = tags_of(entities, len(tokens), scheme)
        blocks.append("".join(f"{token}\t{tag}\n" for token, tag in zip(tokens, tags, strict=True)))
        marked = [(entity.type, " ".join(tokens[entity.begin : entity.end])) for entity in entities]
        expected.append((" ".join(tokens), marked))
    path = tmp_path_factory.mktemp("files") / "a.conll"
    path.write_text("\n".join(blocks))
    records = list(ReadCoNLL(scheme=scheme).read(Source(str(path))))
    assert [(record.payload, spans(record)) for record in records] == expected
    for record in records:
        alone = Source(str(path), first=record.position, excerpt=record.raw)
        assert list(ReadCoNLL().read(alone)) == [record]


def test_types_are_mapped_and_the_rest_is_told_once(read, caplog):
    content = "a\tB-person\nb\tB-product\nc\tB-product\nd\tB-PER\ne\tB-group\n"
    (record,) = read(content, ReadCoNLL(types={"person": "PER", "group": "ORG"}))
    assert spans(record) == [("PER", "a"), ("PER", "d"), ("ORG", "e")]
    told = [message.partition("a.conll")[2] for message in caplog.messages if "left out" in message]
    assert told == [": entities of the type product are left out, `types` has no name for it"]


def test_what_a_set_annotates_goes_by_its_path(read):
    reader = ReadCoNLL(annotated={"btc/": ("PER", "LOC")})
    assert read("a\tB-PER\n", reader)[0].target == [{"type": "PER", "start": 0, "stop": 1}]
    assert read("a\tB-PER\n", reader, name="btc/a.conll")[0].target == {
        "entities": [{"type": "PER", "start": 0, "stop": 1}],
        "annotated": ["PER", "LOC"],
    }


COLUMNS = "(columns are separated by tabs or spaces and counted from 0)"


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ("b", f"a.conll:4: 1 column, and the label is in column 1 {COLUMNS}"),
        ("b\t", f"a.conll:4: the label is empty {COLUMNS}"),
        ("b\tX-PER", "a.conll:4: unknown tag 'X-PER' (in IOB2 a tag is O, or one of B-, I- and a type)"),
        ("b\tPER", "a.conll:4: unknown tag 'PER' (in IOB2 a tag is O, or one of B-, I- and a type)"),
        ("b\tI-LOC", "a.conll:4: I-LOC follows B-PER (an entity goes on with the type that it began with)"),
        (
            b"b\xff\tO",
            "a.conll:4: not valid UTF-8: 0xff is byte 2 of the line (save it as UTF-8, or set `encoding`)",
        ),
    ],
)
def test_a_wrong_sentence_is_one_line_and_the_others_go_on(read, wrong, message):
    wrong = wrong.encode() if isinstance(wrong, str) else wrong
    content = b"one\tO\n\na\tB-PER\n" + wrong + b"\nc\tZ-Z\n\ntwo\tB-LOC\nthree\tI-LOC\n"
    one, error, two = read(content)
    assert (one.payload, two.payload) == ("one", "two three")
    assert error == message
    assert error.raw.startswith(b"# scheme = iob2\na\tB-PER\n" + wrong)


def test_a_column_that_is_not_there(read):
    assert read("a O\nb O\n", ReadCoNLL(token=2)) == [f"a.conll:1: 2 columns, and the token is in column 2 {COLUMNS}"]
    assert read("a O\n", ReadCoNLL(label=3)) == [f"a.conll:1: 2 columns, and the label is in column 3 {COLUMNS}"]


def test_a_sentence_without_an_end(read):
    content = "a\tO\n" * 50 + "\nb\tO\n"
    error, record = read(content, longest=100)
    assert error == "a.conll:1: a sentence of more than 100 bytes (end sentences with an empty line)"
    assert error.raw is None
    assert record.payload == "b"


def test_a_line_that_is_too_long(read):
    error, record = read("a" * 200 + "\tO\nb\tO\n\nc\tO\n", longest=100)
    assert error.startswith("a.conll:1: longer than 100 bytes")
    assert record.payload == "c"


def test_texts_from_python():
    record = ReadCoNLL().record("Ann left.", 3)
    assert (record.id, record.payload, record.columns) == ("3", "Ann left.", {"text": "Ann left."})
    with pytest.raises(InputError, match="a text must be a str, not int"):
        ReadCoNLL().record(7, 1)
