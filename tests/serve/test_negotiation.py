from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from kg.serve.negotiation import GRAPH, ROWS, choose, named
from kg.serve.problems import Refusal


@pytest.mark.parametrize(
    ("accept", "expected"),
    [
        (["text/csv"], "csv"),
        (["text/csv", "application/sparql-results+xml"], "xml"),  # alike: the server's order
        (["TEXT/CSV ; Q=0.9"], "csv"),
        (["text/csv;q=0.5;ext=1, text/tab-separated-values;q=0.6"], "tsv"),
        (["*/*"], "json"),
        (["text/*"], "csv"),
        (["application/*;q=0.2, text/*;q=0.1"], "json"),
        (["*/*, application/sparql-results+json;q=0"], "xml"),
        (["text/csv;q=0, text/*"], "tsv"),
        (["text/html, application/xml;q=0.9, */*;q=0.8"], "xml"),
        (["nonsense, ,;q=1, text/csv;q=1.0"], "csv"),
        ([""], "json"),
    ],
)
def test_the_client_chooses(accept: list[str], expected: str) -> None:
    assert choose(accept, ROWS).name == expected


@pytest.mark.parametrize("weight", ["2", "0", "0.0", "-1", "x", "1e0", "٠", ""])
def test_what_is_no_weight_accepts_nothing(weight: str) -> None:
    with pytest.raises(Refusal) as refusal:
        choose([f"text/csv;q={weight}"], ROWS)
    assert refusal.value.status == 406


types = st.sampled_from(
    [name for media in ROWS for name in (media.type, *media.aliases)] + ["*/*", "text/*", "image/png"]
)
weights = st.sampled_from(["", ";q=0", ";q=0.001", ";q=0.5", ";q=1", ";q=1.000", ";q=x"])


@given(st.lists(st.tuples(types, weights), min_size=1, max_size=6))
@example([("text/*", ""), ("text/csv", ";q=0")])
def test_a_type_that_is_not_wanted_is_never_given(ranges: list[tuple[str, str]]) -> None:
    try:
        chosen = choose([", ".join(name + weight for name, weight in ranges)], ROWS)
    except Refusal:
        return
    said = [weight for name, weight in ranges if name == chosen.type]
    aliased = [weight for name, weight in ranges if name in chosen.aliases]
    assert not said or not set(said) <= {";q=0", ";q=x"} or set(aliased) - {";q=0", ";q=x"}


@given(st.text(max_size=60))
def test_no_header_is_an_error_of_ours(text: str) -> None:
    with suppress(Refusal):
        assert choose([text], GRAPH) in GRAPH


def test_formats_have_names() -> None:
    assert named(["CSV"], ROWS) is named(["docx, text/csv"], ROWS)
    with pytest.raises(Refusal, match="there are turtle"):
        named(["csv"], GRAPH)
