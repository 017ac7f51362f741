"""Figures by their addresses, and the examples that the page shows."""

from __future__ import annotations

import json
import re
from html.parser import HTMLParser
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote

import pytest
import rdflib

import kg
from kg.errors import NotFoundError
from kg.rdf.examples import read_examples
from kg.serve.figures import figure_page, schema_block
from kg.vocab import figure_iri
from tests.conftest import JAK_STAT, RCC

if TYPE_CHECKING:
    from tests.serve.running import Running


class Scripts(HTMLParser):
    """Gathers what stands in the scripts of a page, and its references."""

    def __init__(self) -> None:
        super().__init__()
        self.scripts: list[str] = []
        self.references: list[str] = []
        self._inside = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._inside = tag == "script" and dict(attrs).get("type") == "application/ld+json"
        if tag in ("script", "link", "img"):
            self.references += [value for name, value in attrs if name in ("src", "href") and value]

    def handle_data(self, data: str) -> None:
        if self._inside:
            self.scripts.append(data)
            self._inside = False


@pytest.mark.parametrize("suffix", ["", ".html"])
@pytest.mark.parametrize("figid", [JAK_STAT, RCC])
def test_a_figure_answers_as_json_ld_with_its_block(server: Running, figid: str, suffix: str) -> None:
    reply = server.get(path=f"/figures/{figid}{suffix}", accept="application/ld+json")
    assert (reply.status, reply.type) == (200, "application/ld+json")
    assert reply.json()["@id"] == figure_iri(figid)
    assert reply.json()["license"] == "CC0"
    assert list(reply.json())[:3] == ["@context", "@id", "@type"]


def test_the_page_has_the_block_embedded(server: Running) -> None:
    page = server.get(path=f"/figures/{JAK_STAT}.html", accept="text/html,*/*;q=0.1")
    assert page.headers["content-type"] == "text/html; charset=utf-8"
    scripts = Scripts()
    scripts.feed(page.text)
    block = server.get(path=f"/figures/{JAK_STAT}", format="json-ld").json()
    assert [json.loads(script) for script in scripts.scripts] == [block]
    assert scripts.references == ["../static/page.css", "data:,"]
    assert "Advances of the STAT3 signaling pathways" in page.text
    assert "IL-6/IL-6R/gp130" in page.text


@pytest.mark.parametrize(
    ("accept", "parser"),
    [("text/turtle", "turtle"), ("application/n-triples", "nt"), ("application/rdf+xml", "xml")],
)
def test_a_figure_answers_as_rdf(server: Running, seeds_build: kg.Build, accept: str, parser: str) -> None:
    reply = server.get(path=f"/figures/{RCC}.html", accept=accept)
    assert (reply.status, reply.type) == (200, accept)
    graph = rdflib.Graph().parse(data=reply.text, format=parser)
    whole = seeds_build.graph()
    figure = rdflib.URIRef(figure_iri(RCC))
    subjects = {figure, *(s for s in whole.subjects() if str(s).startswith(f"{figure}#"))}
    subjects |= set(whole.objects(figure, rdflib.URIRef("http://schema.org/isPartOf")))
    assert set(graph) == {triple for triple in whole if triple[0] in subjects}
    assert len(graph) > 50


def test_the_page_shows_chemicals_diseases_and_none_at_all(tmp_path: Path) -> None:
    built = kg.build(Path(__file__).parents[1] / "full_record" / "input", output=tmp_path / "build", formats=["turtle"])
    pages = {figid: figure_page(built, figid) for figid in built.table("figures")["figid"]}
    text = "".join(pages.values())
    assert "<h2>Chemicals</h2><ul><li>" in text
    assert "<h2>Diseases</h2><ul><li>" in text
    bare = "---\nfigid: PMC1__x\npmcid: PMC1\n---\n"
    (tmp_path / "x.md").write_text(bare)
    page = figure_page(kg.build(tmp_path / "x.md", output=tmp_path / "bare"), "PMC1__x")
    assert "<h1>PMC1__x</h1>" in page
    assert "Gene mentions" not in page
    with pytest.raises(NotFoundError):
        schema_block(built, "PMC1__x")
    with pytest.raises(NotFoundError):
        figure_page(built, "6774")


def test_formats_are_weighed_and_named(server: Running) -> None:
    path = f"/figures/{JAK_STAT}"
    assert server.get(path=path).type == "text/html"
    assert server.get(path=path, accept="text/html;q=0.1, text/turtle").type == "text/turtle"
    assert server.get(path=path, format="rdf-xml").type == "application/rdf+xml"
    assert server.get(path=path, accept="image/png").status == 406
    assert server.ask("POST", path, b"").status == 405
    assert server.ask("HEAD", path).status == 200


def test_a_figure_that_is_not_there_is_said(server: Running) -> None:
    for path in ("/figures/PMC1__nothing.html", "/figures/", f"/figures/{JAK_STAT}.htm"):
        reply = server.get(path=path)
        assert (reply.status, reply.text) == (404, "no figure of this build has that id; /sparql lists them all\n")
    assert server.get(path="/nowhere").text.startswith("there is nothing at this address")


def test_the_page_has_all_examples_with_their_parameters(server: Running) -> None:
    listed = server.get(path="/examples").json()
    assert [example["name"] for example in listed] == list(read_examples())
    two = next(example for example in listed if example["name"] == "two-genes")
    assert [parameter["name"] for parameter in two["parameters"]] == ["gene", "other"]
    assert any(example["endpoint"] for example in listed)


def test_an_example_is_filled_in(server: Running) -> None:
    reply = server.get(path="/examples/two-genes", gene="STAT3", other="JAK1")
    assert (reply.status, reply.type) == (200, "application/sparql-query")
    assert reply.text == read_examples()["two-genes"].bind({"gene": "STAT3", "other": "JAK1"})
    assert server.get(path="/examples/nothing").status == 404
    assert server.get(path="/examples/two-genes", gene='x" } #').status == 400
    assert server.get(path="/examples/two-genes", stranger="x").status == 400


def test_local_examples_are_answered(server: Running) -> None:
    for example in read_examples().values():
        reply = server.get(example.text)
        assert reply.status == (403 if example.is_federated else 200), (example.name, reply.text)


def test_the_page_needs_nothing_from_elsewhere(server: Running) -> None:
    page = server.get(path="/")
    scripts = Scripts()
    scripts.feed(page.text)
    assert scripts.references == ["static/page.css", "data:,", "static/page.js"]
    for name, media in (("page.css", "text/css"), ("page.js", "text/javascript")):
        reply = server.get(path=f"/static/{name}")
        assert reply.type == media
        assert not re.search(r"@import|url\(|https?://(?!www\.w3\.org|identifiers|pfocr|w3id|schema)", reply.text)
    policy = page.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy


def test_the_page_is_package_data() -> None:
    names = {file.name for file in (files("kg.serve") / "static").iterdir()}
    assert names == {"page.html", "page.css", "page.js"}


def test_labels_and_live_regions(server: Running) -> None:
    text = server.get(path="/").text
    for field in re.findall(r"<(?:select|textarea|input)[^>]* id=\"(\w+)\"", text):
        assert f'<label for="{field}">' in text
    assert 'role="status"' in text
    assert 'role="alert"' in text
    assert '<html lang="en">' in text


def test_an_address_is_decoded_once(server: Running) -> None:
    assert server.ask("GET", "/figures/" + quote(quote(JAK_STAT + ".html"), safe="")).status == 200
    assert server.ask("GET", "/figures/" + quote(quote(f"{JAK_STAT}é"))).status == 404
