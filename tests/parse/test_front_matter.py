from __future__ import annotations

import random
import time
from collections import Counter
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.mutations import PIECES, mutate
from benchmarks.reader_fuzz import compare
from kg.parse.front_matter import (
    MAX_DEPTH,
    MAX_EXPANSION,
    FrontMatterError,
    read_fast,
    read_front_matter,
    read_reference,
    split,
)
from kg.text import decode
from tests.conftest import JAK_STAT, SEEDS

if TYPE_CHECKING:
    from pathlib import Path


def wrap(yaml_text: str) -> str:
    return f"---\n{yaml_text}\n---\n"


@pytest.mark.parametrize("path", sorted(SEEDS.glob("*.md")), ids=lambda path: path.stem)
def test_the_fast_way_reads_the_seeds_as_the_reference_does(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    fast = read_fast(*split(text))
    assert fast is not None
    assert fast.to_dict() == read_reference(text).fields
    assert list(fast.to_dict()) == list(read_reference(text).fields)


@pytest.mark.parametrize(
    "value", ["NO", "ON", "yes", "1E5", "012", "0x1F", "2019-03-01", "1:30", "~", "null", "1_000", ".inf"]
)
def test_every_scalar_stays_the_text_that_it_is(value: str) -> None:
    for read in (read_front_matter, read_reference):
        assert read(wrap(f"word: {value}")).to_dict() == {"word": value}


@pytest.mark.parametrize(
    "value", ["NO", "1E5", "012", "2019-03-01", "ERK---", "-ATG12,", "---", "'it''s'", '"a"', "a  b", "(Src"]
)
def test_gene_fields_keep_their_text_in_both_ways(value: str) -> None:
    text = wrap(
        f"genes:\n- word: {value}\n  symbol: {value}\n  source: s\n  hgnc_symbol: {value}\n  entrez: '1'\nlast: x"
    )
    fast = read_fast(*split(text))
    reference = read_reference(text).to_dict()
    assert reference["genes"][0]["word"] == value.strip("'\"").replace("''", "'")
    assert fast is None or fast.to_dict() == reference


def test_a_word_that_ends_in_dashes_does_not_end_the_front_matter() -> None:
    text = wrap("genes:\n- word: ERK---\n  symbol: ERK\ncaption: a\n  ---\n  b")
    assert read_front_matter(text).to_dict()["genes"][0]["word"] == "ERK---"
    assert read_front_matter(text).to_dict()["caption"] == "a --- b"


def test_blank_lines_before_the_fence_are_passed_over() -> None:
    front = read_front_matter("\n\n---\nyear: 1\nfigid: x\n---\nbody --- text\n---\n")
    assert front.to_dict() == {"year": "1", "figid": "x"}
    assert front.line("figid") == 5


@pytest.mark.parametrize(
    ("text", "reason", "line"),
    [
        ("# A readme\n", "no front matter", None),
        ("---\na: b\n", "has no end", 3),
        ("---\n---\n", "empty", None),
        ("---\n- a\n- b\n---\n", "not a list of `key: value`", 2),
        ("---\nplain\n---\n", "not a list of `key: value`", 2),
        ("---\na: 'b\nc: d\n---\n", "not YAML", None),
        ("---\na: b\nc: d: e\n---\n", "mapping values are not allowed", 3),
        ("---\na: [1, 2\nb: 3\n---\n", "not YAML", None),
        ("---\na: b\n...\nc: d\n---\n", "not YAML", 4),
        ("---\na: *nobody\n---\n", "no anchor", 2),
        ("---\na: &a [*a]\n---\n", "contains itself", 2),
        ("---\n? [a]\n: b\n---\n", "a key must be plain text", 2),
        ("---\na: b\n--- \n", "", None),
    ],
)
def test_what_is_not_front_matter_is_refused_with_a_sentence(text: str, reason: str, line: int | None) -> None:
    if not reason:
        assert read_front_matter(text).to_dict() == {"a": "b"}
        return
    with pytest.raises(FrontMatterError, match=reason) as caught:
        read_front_matter(text)
    if line is not None:
        assert caught.value.line == line


def test_anchors_and_aliases_are_plain_values() -> None:
    front = read_front_matter(wrap("a: &x [1, 2]\nb: *x\n? &k key\n: &v value\nc: *v"))
    assert front.to_dict() == {"a": ["1", "2"], "b": ["1", "2"], "key": "value", "c": "value"}


def test_a_billion_laughs_file_is_refused() -> None:
    levels = ["a0: &a0 [lol, lol, lol, lol, lol, lol, lol, lol, lol, lol]"]
    levels += [f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 10)}]" for i in range(1, 10)]
    with pytest.raises(FrontMatterError, match="billion laughs"):
        read_front_matter(wrap("\n".join(levels)))


def test_an_alias_bomb_by_size_is_refused() -> None:
    text = "annotations:\n- &a {type: t, value: " + "x" * (MAX_EXPANSION // 10) + "}\n" + "- *a\n" * 20
    with pytest.raises(FrontMatterError, match="billion laughs"):
        read_front_matter(wrap(text))
    assert len(read_front_matter(wrap("a: &a xyz\nb:\n" + "- *a\n" * 1000)).to_dict()["b"]) == 1000


def test_a_file_of_many_rows_is_no_bomb() -> None:
    rows = "genes:\n" + "- word: A\n  symbol: A\n  source: s\n  hgnc_symbol: A\n  entrez: '1'\n" * 25_000
    assert len(read_front_matter(wrap(rows + "x: !t y")).to_dict()["genes"]) == 25_000


def test_deep_nesting_is_refused_at_once() -> None:
    started = time.process_time()
    with pytest.raises(FrontMatterError, match=f"more than {MAX_DEPTH} levels"):
        read_front_matter(wrap("a: " + "[" * 900 + "]" * 900))
    with pytest.raises(FrontMatterError):
        read_front_matter(wrap("a: " + "[" * 100_000))
    assert time.process_time() - started < 30  # neither a crash nor an hour


@pytest.mark.parametrize(
    "tagged",
    [
        "!!python/object/apply:os.system ['exit 1']",
        "!!python/name:os.system",
        "!local {a: b}",
        "!!binary aGVsbG8=",
    ],
)
def test_tags_build_no_objects(tagged: str) -> None:
    front = read_front_matter(wrap(f"a: {tagged}"))
    assert isinstance(front.to_dict()["a"], (str, list, dict))
    assert [(notice.line, "tag" in notice.reason) for notice in front.notices] == [(2, True)]


def test_a_key_given_twice_is_noticed_and_the_last_counts() -> None:
    front = read_front_matter(wrap("a: 1\nb: 2\na: 3"))
    assert front.to_dict() == {"a": "3", "b": "2"}
    assert [(notice.line, notice.key) for notice in front.notices] == [(4, "a")]


ROWS = "genes:\n- word: A\n  symbol: A\n  source: s\n  hgnc_symbol: A\n  entrez: '1'\n"


@pytest.mark.parametrize(
    "text",
    [
        f'caption: "quoted\n{ROWS}end"\n',
        f"caption: 'quoted\n{ROWS}chemicals: '\n",
        f"caption: |\n  literal\n{ROWS}last: x\n",
        f"{ROWS}  and: more\n",
        f"{ROWS}   more\n",
        f"{ROWS}- word: B\n",
        f"{ROWS}{ROWS}",
        f"outer: {{a: b,\n{ROWS}}}\n",
        f"{ROWS}# a comment\nlast: x\n",
        f"caption: kg-placeholder-for-the-rows\n{ROWS}",
        "schema-jsonld:\n  keywords:\n  - A\n  - B\n   C\n  name: x\n",
        "schema-jsonld:\n  keywords:\n  - A\n  -B\n  name: x\n",
        "other:\n  keywords:\n  - A\n",
        "schema-jsonld:\n  deeper:\n    x: y\n  keywords:\n  - A\n",
        "schema-jsonld: 'a\n  keywords:\n  - A\n  '\n",
    ],
)
def test_the_fast_way_never_reads_a_list_where_there_is_none(text: str) -> None:
    fast = read_fast(text)
    try:
        reference = read_reference(wrap(text.rstrip("\n"))).to_dict()
    except FrontMatterError:
        assert fast is None
    else:
        assert fast is None or fast.to_dict() == reference


def test_both_ways_agree_on_mutated_files() -> None:
    rng = random.Random(20201)  # noqa: S311
    texts = [path.read_text(encoding="utf-8") for path in sorted(SEEDS.glob("*.md"))]
    found = Counter(compare(decode(mutate(rng.choice(texts), texts, rng).encode())[0]) for _ in range(1500))
    assert found["different"] == found["refused"] == 0
    assert found["equal"] > 200  # the comparison was made, and often
    assert found["declined"] > 200


@given(st.lists(st.sampled_from([*PIECES, "a", "genes", "word", "A1"]), max_size=12).map("".join))
def test_both_ways_agree_on_any_gene_word(word: str) -> None:
    text = wrap(ROWS.replace("word: A", f"word: {word}") + "last: x")
    try:
        fast = read_fast(*split(text))
    except FrontMatterError:
        return
    if fast is not None:
        assert fast.to_dict() == read_reference(text).fields


def test_lines_are_those_of_the_file_in_both_ways() -> None:
    text = (SEEDS / f"{JAK_STAT}.md").read_text(encoding="utf-8")
    fast, reference = read_front_matter(text), read_reference(text)
    for path in [
        ("figid",),
        ("genes", 0),
        ("genes", 3, "entrez"),
        ("genes", 35, "word"),
        ("schema-jsonld", "keywords"),
    ]:
        assert fast.line(*path) == reference.line(*path)
    assert text.split("\n")[fast.line("genes", 3, "entrez") - 1] == "  entrez: '3569'"
    assert reference.line("nothing") == 2
