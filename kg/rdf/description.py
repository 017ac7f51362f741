"""What a build is, as RDF: VoID, DCAT, PROV and schema.org, with the lexicons and the example queries beside it.

It goes into ``dataset.ttl`` and, in a store, into a named graph of its own, `kg.vocab.DATASET_GRAPH`. Its counts are
those of the graph that it describes; its own triples are not in them.

References
----------
Describing Linked Datasets with the VoID Vocabulary, https://www.w3.org/TR/void/; Data Catalog Vocabulary (DCAT) 3,
https://www.w3.org/TR/vocab-dcat-3/; PROV-O, https://www.w3.org/TR/prov-o/; Bioschemas Dataset profile 1.0,
https://bioschemas.org/profiles/Dataset/1.0-RELEASE; SHACL, section 5.2 (prefixes), https://www.w3.org/TR/shacl/.
"""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any

from kg import vocab
from kg.folder import DESCRIPTION, file_digest
from kg.ontology_files import ontology_file
from kg.rdf.examples import read_examples
from kg.rdf.formats import Turtle
from kg.rdf.subjects import Description
from kg.vocab import BASE, DATASET_PROPERTIES, PREFIXES, PROPERTIES, expand

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from kg.rdf.tally import Tally

__all__ = ["describe_dataset", "describe_examples", "describe_lexicons", "write_description"]

_NAMES = DATASET_PROPERTIES | PROPERTIES

_TITLE = "Published pathway figures: figures, papers, gene mentions and genes"
_TEXT = (
    "A knowledge graph of published pathway figures from Pathway Figure OCR (PFOCR): the figures and their papers, "
    "the words that were read in each figure, and the genes, gene families, chemicals and diseases that they may mean."
)
_KEYWORDS = ["PFOCR", "WikiPathways", "gene", "knowledge graph", "pathway", "pathway figure", "text mining"]
_ABOUT = ["chemicals", "diseases", "gene families", "genes", "papers", "pathway figures"]
_PAGE = "https://pfocr.wikipathways.org/"
_CITATION = "https://doi.org/10.1186/s13059-020-02181-2"
_PROFILE = "https://bioschemas.org/profiles/Dataset/1.0-RELEASE"
_SHA256 = "http://spdx.org/rdf/terms#checksumAlgorithm_sha256"

# By suffix: the media type as IANA has it, and the IRI that W3C gives the format.
_MEDIA = {
    ".ttl": ("text/turtle", "http://www.w3.org/ns/formats/Turtle"),
    ".nt": ("application/n-triples", "http://www.w3.org/ns/formats/N-Triples"),
    ".nq": ("application/n-quads", "http://www.w3.org/ns/formats/N-Quads"),
    ".jsonld": ("application/ld+json", "http://www.w3.org/ns/formats/JSON-LD"),
    ".parquet": ("application/vnd.apache.parquet", None),
}
_COMPRESSED = {".gz": "application/gzip", ".zst": "application/zstd"}
_IANA = "https://www.iana.org/assignments/media-types/"

# Where the names of things begin, by class.
_SPACES = {
    "pfkg:PathwayFigure": vocab.figure_iri("").removesuffix(".html"),
    "schema:ScholarlyArticle": vocab.paper_iri(""),
    "schema:Gene": vocab.gene_iri(""),
    "pfkg:GeneFamily": vocab.family_iri(""),
    "schema:Periodical": vocab.journal_iri(""),
    "biolink:OrganismTaxon": vocab.organism_iri(""),
}

# Links to others' names: the property, whose names they are, and what to call the linkset.
_LINKS = (
    ("pfkg:organism", "https://www.ncbi.nlm.nih.gov/taxonomy", "figures to species of the NCBI Taxonomy"),
    ("schema:sameAs", "https://doi.org/", "papers to their DOIs"),
    ("schema:taxonomicRange", "https://www.ncbi.nlm.nih.gov/taxonomy", "genes to species of the NCBI Taxonomy"),
    ("wp:bdbHgncSymbol", "https://www.genenames.org/", "genes to HGNC symbols, as WikiPathways has them"),
)

_FORMS = {
    "SELECT": ("sh:SPARQLSelectExecutable", "sh:select"),
    "ASK": ("sh:SPARQLAskExecutable", "sh:ask"),
    "CONSTRUCT": ("sh:SPARQLConstructExecutable", "sh:construct"),
}
_DECLARED = f"{BASE}/prefixes"


def write_description(folder: Path, manifest: Mapping[str, Any], tally: Tally) -> dict[str, dict[str, object]]:
    """Write ``dataset.ttl`` into the folder of a build that is otherwise finished.

    Parameters
    ----------
    folder
        The build's folder.
    manifest
        What its manifest will say, with its other files.
    tally
        What its graph holds; empty where there is no graph.

    Returns
    -------
    dict
        Size and digest of the file, by its name, as the manifest has them.
    """
    turtle = Turtle()
    descriptions = [
        *describe_dataset(manifest, tally, _samples(folder)),
        *describe_lexicons(),
        *describe_examples(vocab.dataset_iri(manifest["inputs"]["sha256"])),
    ]
    text = turtle.header([]) + "".join(turtle.node(found, vocab.DATASET_GRAPH) for found in descriptions)
    path = folder / DESCRIPTION
    path.write_text(text, encoding="utf-8", newline="\n")
    return {DESCRIPTION: {"bytes": path.stat().st_size, "sha256": file_digest(path)}}


def _samples(folder: Path) -> list[str]:
    """Return the IRIs of the first figure, paper and gene of a build."""
    import polars as pl

    tables = (pl.scan_parquet(folder / "tables" / f"{name}.parquet") for name in ("figures", "papers", "genes"))
    return [iri for table in tables for (iri,) in table.select("iri").head(1).collect().iter_rows()]


def _node(subject: str, types: tuple[str, ...], values: Mapping[str, str | list[str]]) -> Description:
    """Return a description: types and properties by their prefixed names; a property without values is left out."""
    listed = {curie: [value] if isinstance(value, str) else value for curie, value in values.items()}
    named = {"rdf:type": [expand(curie) for curie in types]} | listed
    return Description(subject, [(_NAMES[curie], objects) for curie, objects in named.items() if objects])


def describe_dataset(manifest: Mapping[str, Any], tally: Tally, samples: list[str]) -> Iterator[Description]:
    """Yield what a build is: the dataset, its partitions and linksets, its files, and the run that made it.

    Parameters
    ----------
    manifest
        What its manifest says.
    tally
        What its graph holds; nothing is said of a graph where there is none.
    samples
        IRIs of things in it.
    """
    digest = manifest["inputs"]["sha256"]
    dataset = vocab.dataset_iri(digest)
    partitions = [*_class_partitions(dataset, tally), *_property_partitions(dataset, tally.by_property())]
    linksets = list(_linksets(dataset, tally.by_property()))
    files = list(_distributions(dataset, manifest["files"]))
    created = manifest.get("created", [])
    yield _node(
        dataset,
        ("void:Dataset", "dcat:Dataset", "schema:Dataset", "prov:Entity"),
        {
            "dcterms:conformsTo": _PROFILE,
            "dcterms:title": _TITLE,
            "dcterms:description": _TEXT,
            "dcterms:license": vocab.CC0,
            "dcterms:publisher": vocab.WIKIPATHWAYS,
            "dcterms:issued": created,
            "dcat:version": manifest["tool"]["version"],
            "dcat:keyword": _KEYWORDS,
            "dcat:landingPage": _PAGE,
            "schema:name": _TITLE,
            "schema:description": _TEXT,
            "schema:identifier": f"sha256:{digest}",
            "schema:keywords": _KEYWORDS,
            "schema:license": vocab.CC0,
            "schema:url": _PAGE,
            "schema:creator": vocab.WIKIPATHWAYS,
            "schema:publisher": vocab.WIKIPATHWAYS,
            "schema:dateCreated": created,
            "schema:version": manifest["tool"]["version"],
            "schema:citation": _CITATION,
            "schema:measurementTechnique": "optical character recognition",
            "schema:variableMeasured": _ABOUT,
            "schema:isBasedOn": f"{dataset}#inputs",
            "prov:wasGeneratedBy": f"{dataset}#run",
            "prov:wasDerivedFrom": f"{dataset}#inputs",
            **(_statistics(tally, samples, partitions, linksets) if tally.n_triples else {}),
            "void:feature": sorted({iri for name in manifest["files"] if (iri := _media(name)[1])}),
            "dcat:distribution": [iri for iri, *_ in files if "#" not in iri],
            "schema:distribution": [iri for iri, *_ in files if "#" not in iri],
        },
    )
    yield from partitions
    yield from linksets
    yield from files
    yield from _run(dataset, manifest)


def _statistics(
    tally: Tally, samples: list[str], partitions: list[Description], linksets: list[Description]
) -> dict[str, str | list[str]]:
    return {
        "void:triples": str(tally.n_triples),
        "void:entities": str(tally.n_subjects),
        "void:distinctSubjects": str(tally.n_subjects),
        "void:classes": str(len(tally.by_class())),
        "void:properties": str(len(tally.by_property())),
        "void:vocabulary": _vocabularies(tally),
        "void:uriSpace": sorted(_SPACES.values()),
        "void:exampleResource": samples,
        "void:classPartition": [iri for iri, *_ in partitions if "#class-" in iri and "-property-" not in iri],
        "void:propertyPartition": [iri for iri, *_ in partitions if "#property-" in iri],
        "void:subset": [iri for iri, *_ in linksets],
    }


def _class_partitions(dataset: str, tally: Tally) -> Iterator[Description]:
    for name, (n, triples) in tally.by_class().items():
        iri = f"{dataset}#class-{name.replace(':', '-')}"
        parts = list(_property_partitions(iri, triples))
        yield _node(
            iri,
            ("void:Dataset",),
            {
                "void:class": expand(name),
                "void:entities": str(n),
                "void:triples": str(sum(triples.values())),
                "void:uriSpace": _SPACES.get(name, []),
                "void:propertyPartition": [part for part, *_ in parts],
            },
        )
        yield from parts


def _property_partitions(parent: str, triples: Mapping[str, int]) -> Iterator[Description]:
    mark = "-" if "#" in parent else "#"
    for name, n in triples.items():
        iri = f"{parent}{mark}property-{name.replace(':', '-')}"
        yield _node(iri, ("void:Dataset",), {"void:property": expand(name), "void:triples": str(n)})


def _linksets(dataset: str, triples: Mapping[str, int]) -> Iterator[Description]:
    for name, target, title in _LINKS:
        if name in triples:
            yield _node(
                f"{dataset}#links-{name.replace(':', '-')}",
                ("void:Linkset",),
                {
                    "dcterms:title": title,
                    "void:linkPredicate": expand(name),
                    "void:subjectsTarget": dataset,
                    "void:objectsTarget": target,
                    "void:triples": str(triples[name]),
                },
            )


def _vocabularies(tally: Tally) -> list[str]:
    """Return the namespaces of the terms in the graph."""
    names = [*tally.by_property(), *tally.by_class()]
    return sorted({PREFIXES[name.partition(":")[0]] for name in names})


def _media(name: str) -> tuple[str, str | None]:
    """Return the media type of a file without its compression, and the IRI of its format where it has one."""
    path = PurePosixPath(name)
    return _MEDIA[path.with_suffix("").suffix if path.suffix in _COMPRESSED else path.suffix]


def _distributions(dataset: str, files: Mapping[str, Any]) -> Iterator[Description]:
    for name in sorted(files):
        iri, checksum = f"{dataset}/{name}", f"{dataset}#sha256-{name.replace('/', '-')}"
        media, _ = _media(name)
        compression = _COMPRESSED.get(PurePosixPath(name).suffix)
        yield _node(
            iri,
            ("dcat:Distribution", "schema:DataDownload"),
            {
                "dcterms:title": name,
                "dcterms:license": vocab.CC0,
                "dcat:mediaType": _IANA + media,
                "dcat:compressFormat": _IANA + compression if compression else [],
                "dcat:byteSize": str(files[name]["bytes"]),
                "schema:name": name,
                "schema:encodingFormat": [media, *([compression] if compression else [])],
                "spdx:checksum": checksum,
            },
        )
        value = {"spdx:algorithm": _SHA256, "spdx:checksumValue": files[name]["sha256"]}
        yield _node(checksum, ("spdx:Checksum",), value)


def _run(dataset: str, manifest: Mapping[str, Any]) -> Iterator[Description]:
    """Yield the run, what it read, and the program that ran."""
    tool, inputs = manifest["tool"], manifest["inputs"]
    authorities = {name: about for name, about in inputs.get("authority", {}).items() if isinstance(about, dict)}
    decisions = inputs.get("audit", {}).get("curation", [])
    authorities |= {f"curation-{number}": about for number, about in enumerate(decisions, start=1)}
    program = f"{BASE}/software/{tool['name']}/{tool['version']}"
    yield _node(
        f"{dataset}#run",
        ("prov:Activity",),
        {
            "rdfs:label": f"{tool['name']} {tool['version']}: build",
            "prov:used": [f"{dataset}#inputs", *(f"{dataset}#{name}" for name in authorities)],
            "prov:wasAssociatedWith": program,
            "prov:endedAtTime": manifest.get("created", []),
        },
    )
    yield _node(
        f"{dataset}#inputs",
        ("prov:Entity",),
        {
            "rdfs:label": "Markdown files of PFOCR, with the options of the run",
            "schema:size": f"{inputs['documents']} documents",
            "schema:identifier": f"sha256:{inputs['sha256']}",
            "prov:wasAttributedTo": vocab.WIKIPATHWAYS,
        },
    )
    for name, about in authorities.items():
        label, identifier = f"{name.partition('-')[0]}: {about['file']}", f"sha256:{about['sha256']}"
        yield _node(f"{dataset}#{name}", ("prov:Entity",), {"rdfs:label": label, "schema:identifier": identifier})
    yield _node(
        program,
        ("prov:SoftwareAgent", "schema:SoftwareApplication"),
        {"schema:name": tool["name"], "schema:softwareVersion": tool["version"]},
    )


def describe_lexicons() -> Iterator[Description]:
    """Yield the lexicons and their tiers, as the ontology has them."""
    import pyoxigraph as ox

    schemes: dict[str, dict[str, list[str]]] = {}
    curies = {prop.iri: curie for curie, prop in _NAMES.items()}
    for quad in ox.parse(path=ontology_file("kg.ttl"), format=ox.RdfFormat.TURTLE):
        curie = curies.get(quad.predicate.value)
        if curie is not None and isinstance(quad.subject, ox.NamedNode) and not isinstance(quad.object, ox.Triple):
            schemes.setdefault(quad.subject.value, {}).setdefault(curie, []).append(quad.object.value)
    wanted = {expand("skos:Concept"), expand("skos:ConceptScheme")}
    for subject in sorted(schemes):
        values = schemes[subject]
        if wanted & set(values["rdf:type"]):
            yield Description(subject, [(_NAMES[curie], objects) for curie, objects in values.items()])


def describe_examples(dataset: str) -> Iterator[Description]:
    """Yield the example queries as SHACL executables, and the prefixes that they may use.

    Parameters
    ----------
    dataset
        The IRI of the dataset that they are about.
    """
    for example in read_examples().values():
        form, text = _FORMS[example.form]
        yield _node(
            vocab.example_iri(example.name),
            ("sh:SPARQLExecutable", form),
            {
                "rdfs:label": example.title,
                "rdfs:comment": f"{example.title} {example.description}",
                "schema:keywords": list(example.keywords),
                "schema:target": dataset,
                "spex:federatesWith": example.endpoint or [],
                "sh:prefixes": _DECLARED,
                text: example.text,
            },
        )
    prefixes = {prefix: f"{_DECLARED}#{prefix}" for prefix in PREFIXES}
    yield Description(_DECLARED, [(_NAMES["sh:declare"], list(prefixes.values()))])
    for prefix, iri in prefixes.items():
        yield _node(iri, ("sh:PrefixDeclaration",), {"sh:prefix": prefix, "sh:namespace": PREFIXES[prefix]})
