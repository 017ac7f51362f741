"""The example queries: their files, their parameters, their answers on the seeds and on a build of every field."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pyoxigraph as ox
import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from rdflib import Graph
from rdflib.plugins.sparql import prepareQuery
from typer.testing import CliRunner

import kg
from benchmarks.example_twins import TWINS, Tables
from benchmarks.examples_agree import answer, differences
from kg import vocab
from kg.cli import app
from kg.errors import QueryError
from kg.folder import DESCRIPTION
from kg.ontology_files import ontology_file
from kg.rdf.examples import (
    Parameter,
    examples_to_json,
    find_example,
    parse_example,
    read_examples,
    render_examples,
)
from kg.rdf.query import load_store, query
from kg.text import clean
from kg.vocab import expand
from tests.conftest import SEEDS

RECORD = Path(__file__).parent.parent / "full_record"
ROWS: dict[str, Any] = yaml.safe_load((Path(__file__).parent / "examples_on_seeds.yaml").read_text(encoding="utf-8"))
"""By example: the rows on the seeds, in their order."""

OTHERS = """
@prefix dc: <http://purl.org/dc/elements/1.1/> .
@prefix dcterms: <http://purl.org/dc/terms/> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
@prefix up: <http://purl.uniprot.org/core/> .
@prefix wp: <http://vocabularies.wikipathways.org/wp#> .
<https://identifiers.org/wikipathways/WP4_r1> a wp:Pathway ; dc:title "A pathway" .
<https://identifiers.org/ensembl/ENSG00000168610> wp:bdbEntrezGene <https://identifiers.org/ncbigene/6774> ;
    dcterms:isPartOf <https://identifiers.org/wikipathways/WP4_r1> .
<https://identifiers.org/ensembl/ENSG00000115415> wp:bdbEntrezGene <https://identifiers.org/ncbigene/6772> ;
    dcterms:isPartOf <https://identifiers.org/wikipathways/WP4_r1> .
<http://purl.uniprot.org/uniprot/P40763> a up:Protein ; up:reviewed true ;
    rdfs:seeAlso <http://purl.uniprot.org/geneid/6774> ;
    up:recommendedName <http://purl.uniprot.org/uniprot/P40763#name> ;
    up:annotation <http://purl.uniprot.org/uniprot/P40763#disease> .
<http://purl.uniprot.org/uniprot/P40763#name> up:fullName "A protein" .
<http://purl.uniprot.org/uniprot/P40763#disease> a up:Disease_Annotation ;
    up:disease <http://purl.uniprot.org/diseases/1> .
<http://purl.uniprot.org/diseases/1> skos:prefLabel "A disease" .
"""
"""What the other endpoints would know, in their own names, as their documentation has them."""

EXAMPLES = list(read_examples().values())
LOCAL = [example for example in EXAMPLES if not example.is_federated]
FEDERATED = [example for example in EXAMPLES if example.is_federated]
PARAMETERS = [(example, parameter) for example in EXAMPLES for parameter in example.parameters]
ATTACKS = [
    'STAT3" } #',
    'STAT3" } SERVICE <http://127.0.0.1:9/> { ?s ?p ?o } #',
    "STAT3' }",
    'x\\" } #',
    "x\\",
    "\\u0022 } #",
    "x\n} #",
    "x\r} #",
    '""" } #',
    "?gene",
    "} UNION { ?s ?p ?o }",
    'VALUES ?other { "STAT3" }',
    "\ud800",
    "",
    "x" * 2000,
    "<x> } #",
    "http://x/> } #",
    "1 } #",
    '2015"^^xsd:gYear } #',
]


@pytest.fixture(scope="module")
def store(seeds_build: kg.Build) -> ox.Store:
    return load_store(seeds_build)


@pytest.fixture(scope="module")
def varied_build(tmp_path_factory: pytest.TempPathFactory) -> kg.Build:
    """A build of both generations, with chemicals, diseases, families, several species, journals and decisions."""
    return kg.build(
        SEEDS,
        RECORD / "input",
        output=tmp_path_factory.mktemp("varied") / "build",
        formats=("n-quads",),
        workers=1,
        curation=RECORD / "names" / "curation.tsv",
    )


def test_there_are_twenty_and_more_each_with_a_twin_and_expected_rows() -> None:
    names = [example.name for example in LOCAL]
    assert len(names) >= 20
    assert sorted(TWINS) == names == sorted(ROWS)
    assert list(read_examples()) == sorted(read_examples())


@pytest.mark.parametrize("example", LOCAL, ids=lambda example: example.name)
def test_rows_on_the_seeds_are_those_that_are_expected(example: Any, store: ox.Store) -> None:
    found = query(store, example.text)
    if example.form == "ASK":
        assert bool(found) is ROWS[example.name]
        return
    rows = [" | ".join(_short(term) for term in row) for row in found]
    assert rows == ROWS[example.name]


OF_GRADES = {
    "believable-genes": "HIC1 | ncbigene:3090 | 0.905",
    "decisions": "PMC1__b | abc | AKT2 | pfkg:supported | B. Reader | 2026-11-28 | ",
    "doubtful-mentions": "PMC7048131__12964_2020_527_Fig5_HTML | HIC-1 | HLC-1 | pfkg:conflicting | 0.095 | pfkg:alias",
}
"""Of the examples that need more than every build has, a row of the answer; the last build's decisions are in it."""


@pytest.mark.parametrize("name", OF_GRADES)
def test_what_needs_grades_has_rows_where_there_are_some_and_a_note_elsewhere(
    name: str, varied_build: kg.Build, seeds_build: kg.Build
) -> None:
    rows = [
        " | ".join(_short(term) for term in row) for row in query(load_store(varied_build), find_example(name).text)
    ]
    assert OF_GRADES[name] in rows
    runner = CliRunner()
    assert runner.invoke(app, ["query", str(varied_build.path), "--example", name]).stderr == ""
    lacking = runner.invoke(app, ["query", str(seeds_build.path), "--example", name])
    needs = find_example(name).needs
    assert lacking.stderr == f"kg: the build was made without --{needs}, so the example {name} has no rows\n"


def test_of_a_mention_with_assessments_each_gene_has_its_own_grade(varied_build: kg.Build) -> None:
    store = load_store(varied_build)
    believable = answer(store, find_example("believable-genes"), {"figure": "PMC1__b"})
    # Of the word "abc" a curator rejected ABC1 for AKT2.
    assert {row[0] for row in believable} == {"STAT3", "AKT2", "AKT3"}
    doubtful = {
        name: answer(store, find_example("doubtful-mentions"), {"gene": name}) for name in ("ABC1", "AKT2", "TP53")
    }
    assert {row[1] for row in doubtful["ABC1"]} == {"abc"}
    assert doubtful["AKT2"] == []
    # The mouse's gene is a little better, though doubtful, too.
    assert {row[4] for row in doubtful["TP53"]} == {"0.223"}


def test_no_other_example_needs_an_option() -> None:
    assert {example.name for example in EXAMPLES if example.needs} == set(OF_GRADES)


def _short(term: object) -> str:
    """Return a term's text; IRIs by their prefixed names, without the angle brackets."""
    text = str(getattr(term, "value", "") if term is not None else "")
    for prefix, iri in sorted(vocab.PREFIXES.items(), key=lambda item: -len(item[1])):
        if isinstance(term, ox.NamedNode) and text.startswith(iri):
            return f"{prefix}:{text.removeprefix(iri)}"
    return text


def test_answers_agree_with_the_tables(seeds_build: kg.Build, varied_build: kg.Build) -> None:
    for build in (seeds_build, varied_build):
        found = list(differences(load_store(build), Tables(build)))
        assert len(found) > len(LOCAL)
        assert [(name, wrong) for name, _, _, wrong in found if wrong] == []


def test_each_example_has_rows_somewhere(seeds_build: kg.Build, varied_build: kg.Build) -> None:
    some: set[str] = set()
    for build in (seeds_build, varied_build):
        some |= {name.split()[0] for name, n, _, _ in differences(load_store(build), Tables(build)) if n}
    # In neither do two families share a gene.
    assert {example.name for example in LOCAL} - some == {"families-that-share-genes"}


@pytest.mark.parametrize("example", [e for e in LOCAL if "GRAPH" not in e.text], ids=lambda example: example.name)
def test_rdflib_gives_the_same_rows(example: Any, seeds_build: kg.Build, store: ox.Store) -> None:
    graph = Graph(bind_namespaces="none")
    for name in ("graph.nt", DESCRIPTION):
        graph.parse(seeds_build.path / name)
    found = graph.query(example.text)
    rows: list[tuple[str, ...]] = [("true" if found.askAnswer else "false",)]
    if example.form != "ASK":
        rows = [tuple("" if term is None else str(term) for term in row) for row in found]  # type: ignore[union-attr]
    assert sorted(rows) == sorted(answer(store, example, {}))


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example.name)
def test_files_are_whole_queries_by_two_parsers(example: Any) -> None:
    prepareQuery(example.text)
    assert example.title.endswith("?")
    assert example.description.endswith(".")
    assert len(example.keywords) >= 2
    assert example.form in ("SELECT", "ASK", "CONSTRUCT")
    if not example.is_federated:
        ox.Store().query(example.text)


@pytest.mark.parametrize("example", FEDERATED, ids=lambda example: example.name)
def test_federated_examples_ask_one_other_endpoint_by_https_and_are_refused_here(example: Any, store: ox.Store) -> None:
    assert example.text.count("SERVICE") == 1
    assert f"SERVICE <{example.endpoint}> {{" in example.text
    assert example.endpoint.startswith("https://")
    with pytest.raises(QueryError, match="SERVICE"):
        query(store, example.text)


@pytest.mark.parametrize("example", FEDERATED, ids=lambda example: example.name)
def test_federated_examples_join_by_the_others_names(example: Any, store: ox.Store) -> None:
    """With what the endpoint would answer in the place of SERVICE, there are rows: the IRIs are the others' own."""
    found = _with_others(example, store)
    wanted = {
        "wikipathways-of-figure": [("https://identifiers.org/wikipathways/WP4_r1", "A pathway", "1")],
        "uniprot-of-figure": [("STAT3", "http://purl.uniprot.org/uniprot/P40763", "A protein")],
        "uniprot-diseases-of-figure": [("http://purl.uniprot.org/diseases/1", "A disease", "1", "STAT3")],
    }
    if example.name in wanted:
        assert found == wanted[example.name]
    else:  # without the partners in the pathway
        partners = {row[0] for row in answer(store, find_example("official-partners"), {})}
        assert {row[0] for row in found} == partners - {"STAT1"} != partners


def _with_others(example: Any, store: ox.Store) -> list[tuple[str, ...]]:
    both = ox.Store()
    both.extend(ox.Quad(quad.subject, quad.predicate, quad.object) for quad in store)
    both.load(OTHERS.encode(), ox.RdfFormat.TURTLE)
    found = both.query(example.text.replace(f"SERVICE <{example.endpoint}>", ""))
    assert isinstance(found, ox.QuerySolutions)
    return [tuple(term.value for term in row if term is not None) for row in found]


@pytest.mark.parametrize(("example", "parameter"), PARAMETERS, ids=lambda item: item.name)
def test_a_parameter_is_given_once_and_its_default_changes_nothing(example: Any, parameter: Parameter) -> None:
    assert example.bind({parameter.name: parameter.default}) == example.text
    assert len(parameter.description) > 5


@pytest.mark.parametrize("attack", ATTACKS)
@pytest.mark.parametrize(("example", "parameter"), PARAMETERS, ids=lambda item: item.name)
def test_an_attack_is_refused_or_a_plain_value(example: Any, parameter: Parameter, attack: str) -> None:
    refusal, text = None, ""
    try:
        text = example.bind({parameter.name: attack})
    except QueryError as error:
        refusal = str(error)
    if refusal is not None:
        assert f"--param {parameter.name}=" in refusal
        assert "\n" not in refusal
    else:
        assert _value_of(parameter, attack) == attack
        assert len(text.splitlines()) == len(example.text.splitlines())


def _value_of(parameter: Parameter, value: str) -> str:
    """Return what a SPARQL engine reads in the place of a parameter."""
    term = parameter.term(value)
    found = ox.Store().query(f"SELECT ?x WHERE {{ VALUES ?x {{ {term} }} }}", prefixes=vocab.PREFIXES)
    assert isinstance(found, ox.QuerySolutions)
    ((read,),) = [tuple(row) for row in found]
    assert isinstance(read, (ox.Literal, ox.NamedNode))
    return read.value


@given(st.text(max_size=50))
def test_any_text_comes_back_as_it_was_given_or_is_refused(value: str) -> None:
    parameter = Parameter("word", "text", "x", "a word")
    if value and clean(value)[1] == 0:
        assert _value_of(parameter, value) == value
    else:
        with pytest.raises(QueryError, match="give text, like x"):
            parameter.term(value)


@given(st.text(max_size=30), st.sampled_from(["integer", "year", "iri"]))
def test_other_kinds_take_only_what_is_one_token(value: str, kind: Any) -> None:
    parameter = Parameter("x", kind, "1", "a value")
    try:
        term = parameter.term(value)
    except QueryError:
        return
    assert term in (value, f'"{value}"^^xsd:gYear', f"<{value}>")
    assert _value_of(parameter, value) == value


def test_values_are_not_looked_into_for_other_parameters() -> None:
    example = parse_example(
        """#+ title: T?
#+ description: D.
#+ keywords: [a, b]
#+ parameters:
#+   - {name: one, type: text, description: the first}
#+   - {name: two, type: text, description: the second}
SELECT * WHERE { VALUES ?one { "1" } VALUES ?two { "2" } }
""",
        name="x",
    )
    text = example.bind({"one": 'VALUES ?two { "3" }', "two": 'VALUES ?one { "4" }'})
    found = ox.Store().query(text)
    assert isinstance(found, ox.QuerySolutions)
    (row,) = found
    assert [term.value for term in row if isinstance(term, ox.Literal)] == [
        'VALUES ?two { "3" }',
        'VALUES ?one { "4" }',
    ]


def test_an_unknown_parameter_or_example_is_refused_with_what_there_is() -> None:
    with pytest.raises(QueryError, match=r"two-genes has no parameter 'gen'; .*gene=IL6 .*other=STAT3"):
        find_example("two-genes").bind({"gen": "x"})
    with pytest.raises(QueryError, match=r"coverage has no parameter 'x'; it has none"):
        find_example("coverage").bind({"x": "x"})
    with pytest.raises(QueryError, match=r"no example 'two-gene'; did you mean two-genes"):
        find_example("two-gene")
    with pytest.raises(QueryError, match=r"no example '0'; `kg examples` lists them"):
        find_example("0")


HEADER = "#+ title: T?\n#+ description: D.\n#+ keywords: [a, b]\n"


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("#+ title: [\nASK {}", "while parsing"),
        ("ASK {}", "not subscriptable"),
        ("#+ title: T?\nASK {}", "description"),
        (HEADER + "#+ parameters: [{name: x, type: text, description: d}]\nASK {}", "x stands 0 times"),
        (
            HEADER
            + '#+ parameters: [{name: x, type: text, description: d}]\nASK { VALUES ?x { "1" } VALUES ?x { "1" } }',
            "x stands 2 times",
        ),
        (HEADER + "#+ parameters: [{name: x, type: date, description: d}]\nASK {}", "'date' of the parameter x"),
        (
            HEADER + '#+ parameters: [{name: x, type: text, description: d, pattern: y}]\nASK { VALUES ?x { "1" } }',
            "matches y",
        ),
    ],
)
def test_a_file_that_is_no_example_is_refused_with_its_name(text: str, reason: str) -> None:
    with pytest.raises(QueryError, match=rf"^bad\.rq: not an example: [\s\S]*{reason}"):
        parse_example(text, name="bad")


def test_the_dataset_graph_has_every_example_as_sib_collections_do(store: ox.Store) -> None:
    text = """SELECT ?example ?comment ?text WHERE {
      ?example a sh:SPARQLExecutable ; rdfs:comment ?comment ; schema:keywords ?keyword ; schema:target ?target ;
        sh:prefixes/sh:declare/sh:prefix "pfkg" ; sh:select|sh:ask|sh:construct ?text .
      ?target a void:Dataset .
    } GROUP BY ?example ?comment ?text ORDER BY ?example"""
    found = {row["example"]: row["text"] for row in query(store, text).to_rows()}
    assert found == {vocab.example_iri(example.name): example.text for example in EXAMPLES}
    kinds = {"SELECT": "sh:SPARQLSelectExecutable", "ASK": "sh:SPARQLAskExecutable"}
    for example in EXAMPLES:
        kind = ox.NamedNode(expand(kinds.get(example.form, "sh:SPARQLConstructExecutable")))
        node = ox.NamedNode(vocab.example_iri(example.name))
        assert list(store.quads_for_pattern(node, ox.NamedNode(expand("rdf:type")), kind))
    asked = "SELECT ?example ?endpoint WHERE { ?example spex:federatesWith ?endpoint } ORDER BY ?example"
    assert [tuple(row.values()) for row in query(store, asked).to_rows()] == [
        (vocab.example_iri(example.name), example.endpoint) for example in FEDERATED
    ]


def test_the_examples_are_files_of_the_ontology() -> None:
    assert {path.stem for path in ontology_file("queries").iterdir()} == set(read_examples())


def test_examples_are_listed_as_a_table_and_as_json() -> None:
    lines = render_examples().splitlines()
    assert len(lines) == len(EXAMPLES) + 1
    for line, example in zip(lines[1:], EXAMPLES, strict=True):
        assert line.startswith(f"{example.name} ")
        assert example.title in line
        assert all(f"{parameter.name}={parameter.default}" in line for parameter in example.parameters)
        assert (f"asks {example.endpoint}" in line) == example.is_federated
    found = json.loads(examples_to_json())
    assert [example["name"] for example in found] == list(read_examples())
    one = json.loads(examples_to_json("new-genes"))
    assert one in found
    assert one["parameters"] == [
        {"name": "since", "kind": "year", "default": "2015", "description": "the first year that counts", "pattern": ""}
    ]


def test_the_command_prints_them() -> None:
    runner = CliRunner()
    assert runner.invoke(app, ["examples"]).stdout == render_examples() + "\n"
    assert runner.invoke(app, ["examples", "--json"]).stdout == examples_to_json() + "\n"
    assert runner.invoke(app, ["examples", "coverage"]).stdout == find_example("coverage").text
    assert runner.invoke(app, ["examples", "coverage", "--json"]).stdout == examples_to_json("coverage") + "\n"
