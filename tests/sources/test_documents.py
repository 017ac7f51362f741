"""Which files of a folder are documents, what they are called, and where their tables are."""

from __future__ import annotations

import io
import os
import pickle
import subprocess
import sys
import tarfile
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kg.errors import Severity, SourceError
from kg.sources import Blob, Document, open_sources

from .files import CHECKOUT, Tree, archive_bytes, found, names, problems, write_tree

SEEDS = Path(__file__).parents[2] / "seeds"
ARCHIVES = (".zip", ".tar", ".tar.gz", ".tgz", ".tar.zst")


def test_documents_of_a_checkout_are_its_figures_only(tmp_path: Path) -> None:
    with open_sources([write_tree(tmp_path, CHECKOUT)]) as sources:
        assert found(sources) == [
            ("_figures/F1.md", "F1", b"f1", {"genes": b"f1 genes", "chemicals": b"f1 chemicals"}, "_data"),
            ("_figures/F2.md", "F2", b"f2", {"diseases": b"f2 diseases"}, "_data"),
            ("_figures/older/F3.MD", "F3", b"f3", {}, "_data"),
        ]
        assert sources.problems == []


def test_tables_stand_in_one_order(tmp_path: Path) -> None:
    tree = {f"_data/F-{kind}.tsv": b"" for kind in ("diseases", "genes", "chemicals", "proteins")} | {
        "_figures/F.md": b""
    }
    with open_sources([write_tree(tmp_path, tree)]) as sources:
        assert [kind for kind, _ in sources.documents[0].tables] == ["genes", "chemicals", "diseases"]


def test_documents_of_any_other_folder_are_markdown_and_fenced_text(tmp_path: Path) -> None:
    tree = {
        "a.md": b"",
        "b.MD": b"",
        "deep/er/c.md": b"",
        "fenced.txt": b"---\nfigid: x",
        "notes.txt": b"notes\n---\n",
        "other.markdown": b"---\n",
        "table.tsv": b"",
        ".hidden.md": b"",
        ".git/d.md": b"",
        "_data/e.md": b"",
    }
    assert names(write_tree(tmp_path, tree)) == ["a.md", "b.MD", "deep/er/c.md", "fenced.txt"]


@pytest.mark.parametrize(
    ("content", "is_document"),
    [
        (b"---\n", True),
        (b"---", True),
        (b"--- \r\nfigid: x", True),
        (b"\xef\xbb\xbf---\nfigid: x", True),
        (b"\xef\xbb\xbf\n \r\n\t\n---\n", True),
        (b"", False),
        (b"--\n", False),
        (b"--- a title ---\n", False),
        (b" ---\n", False),
        (b"\n" * 5000 + b"---\n", False),
    ],
)
def test_text_is_a_document_if_it_opens_with_a_fence(tmp_path: Path, content: bytes, *, is_document: bool) -> None:
    write_tree(tmp_path, {"a.md": b"", "b.txt": content})
    assert names(tmp_path) == ["a.md", "b.txt"][: 1 + is_document]


def test_checkouts_below_a_folder_keep_their_rule(tmp_path: Path) -> None:
    tree = {f"{folder}/{name}": content for folder in ("2022", "new/2023") for name, content in CHECKOUT.items()}
    with open_sources([write_tree(tmp_path, tree | {"own/F0.md": b"f0"})]) as sources:
        assert [(name, data) for name, _, _, _, data in found(sources)] == [
            ("own/F0.md", "own/_data"),
            ("2022/_figures/F1.md", "2022/_data"),
            ("new/2023/_figures/F1.md", "new/2023/_data"),
            ("2022/_figures/F2.md", "2022/_data"),
            ("new/2023/_figures/F2.md", "new/2023/_data"),
            ("2022/_figures/older/F3.MD", "2022/_data"),
            ("new/2023/_figures/older/F3.MD", "new/2023/_data"),
        ]
        assert {stem: sorted(tables) for _, stem, _, tables, _ in found(sources)} == {
            "F0": [],
            "F1": ["chemicals", "genes"],
            "F2": ["diseases"],
            "F3": [],
        }


def test_figures_folder_alone_has_the_same_documents_and_tables(tmp_path: Path) -> None:
    write_tree(tmp_path, CHECKOUT)
    with open_sources([tmp_path / "_figures"]) as sources:
        assert [name for name, *_ in found(sources)] == ["F1.md", "F2.md", "older/F3.MD"]
        assert found(sources)[0][3:] == ({"genes": b"f1 genes", "chemicals": b"f1 chemicals"}, "_data")
        assert found(sources)[2][4] == "_data"


@pytest.mark.parametrize("name", ["F.md", "F.text", "F", "F.tsv", ".F.md", "zip"])
def test_file_that_is_named_is_a_document_whatever_its_suffix(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_bytes(b"x")
    assert names(tmp_path / name) == [name]


LAYOUTS: list[tuple[Tree, str, str | None]] = [
    ({"X/_figures/F.md": b"", "X/_data/F-genes.tsv": b"1", "X/_figures/_data/F-genes.tsv": b"2"}, "X/_data", "1"),
    (
        {"X/_figures/F.md": b"", "X/_figures/_data/F-genes.tsv": b"2", "X/_figures/F-genes.tsv": b"3"},
        "X/_figures/_data",
        "2",
    ),
    ({"X/_figures/F.md": b"", "X/_figures/F-genes.tsv": b"3", "X/_data/G-genes.tsv": b"4"}, "X/_figures", "3"),
    ({"X/_figures/y/F.md": b"", "X/_data/F-genes.tsv": b"1", "X/_figures/y/F-genes.tsv": b"3"}, "X/_data", "1"),
    ({"X/_figures/y/F.md": b"", "X/_figures/y/_data/F-genes.tsv": b"2"}, "X/_figures/y/_data", "2"),
    ({"X/_figures/F.md": b""}, "X/_data", None),
    ({"X/y/F.md": b"", "X/_data/F-genes.tsv": b"1"}, "X/_data", "1"),
    ({"X/y/F.md": b"", "X/y/_data/F-genes.tsv": b"1", "X/y/F-genes.tsv": b"3"}, "X/y/_data", "1"),
    ({"X/y/F.md": b"", "X/y/F-genes.tsv": b"3"}, "X/y", "3"),
    ({"X/y/F.md": b""}, "X/y/_data", None),
]


@pytest.mark.parametrize(("tree", "data_folder", "table"), LAYOUTS)
@pytest.mark.parametrize("kind", ["folder", "file", ".zip", ".tar"])
def test_tables_are_looked_for_in_one_order(
    tmp_path: Path, tree: Tree, data_folder: str, table: str | None, kind: str
) -> None:
    tree = tree | {"above.md": b""}  # so that X is not the root
    source = write_tree(tmp_path / "files", tree)
    if kind == "file":
        source = source / next(iter(tree))
        data_folder = (
            "" if data_folder == next(iter(tree)).rpartition("/")[0] else "_data"
        )  # named from the file itself
    elif kind != "folder":
        source = tmp_path / f"a{kind}"
        source.write_bytes(archive_bytes(kind, tree))
    with open_sources([source]) as sources:
        ((tables, folder),) = [tail for _, stem, _, *tail in found(sources) if stem == "F"]
        (document,) = [document for document in sources.documents if document.stem == "F"]
    assert tables == ({"genes": table.encode()} if table else {})
    assert folder == data_folder
    assert document.table_name("genes") == (f"{folder}/" if folder else "") + "F-genes.tsv"


def test_document_is_small_in_a_pickle(tmp_path: Path) -> None:
    with open_sources([write_tree(tmp_path, CHECKOUT)]) as sources:
        for document in sources.documents:
            assert pickle.loads(pickle.dumps(document)) == document  # noqa: S301 - our own
            assert len(pickle.dumps(document)) < 1000


def test_table_name_needs_no_table() -> None:
    assert Document("a/F.md", "F", Blob("F.md"), (), "a/_data").table_name("diseases") == "a/_data/F-diseases.tsv"


@pytest.mark.parametrize("suffix", ARCHIVES)
def test_archive_has_the_documents_of_its_folder(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"a{suffix.upper()}"
    path.write_bytes(archive_bytes(suffix, CHECKOUT))
    with open_sources([path]) as packed, open_sources([write_tree(tmp_path / "files", CHECKOUT)]) as plain:
        assert found(packed) == found(plain)
        assert packed.problems == []


_part = st.sampled_from(["a", "b", "_figures", "_data", ".c"])
_name = st.sampled_from(["F.md", "G.MD", "F.txt", "F-genes.tsv", "G-diseases.tsv", ".H.md", "x.png"])
_path = st.builds(lambda parts, name: "/".join([*parts, name]), st.lists(_part, max_size=3), _name)


@given(st.dictionaries(_path, st.sampled_from([b"---\nx", b"y"]), max_size=12), st.sampled_from(ARCHIVES))
@settings(max_examples=150, deadline=None)
def test_any_tree_is_the_same_in_a_folder_and_in_an_archive(tree: Tree, suffix: str) -> None:
    tree = tree | {"a/always.md": b"", "_figures/always.md": b""}
    with TemporaryDirectory() as folder:
        path = Path(folder) / f"a{suffix}"
        path.write_bytes(archive_bytes(suffix, tree))
        with open_sources([write_tree(Path(folder) / "files", tree)]) as plain, open_sources([path]) as packed:
            assert found(packed) == found(plain)


def test_order_of_documents_is_by_stem_then_name(tmp_path: Path) -> None:
    tree = {"z/A.md": b"", "a/B.md": b"", "m/A.md": b"", "C.md": b""}
    assert names(write_tree(tmp_path, tree)) == ["m/A.md", "z/A.md", "a/B.md", "C.md"]


def test_link_to_a_file_or_folder_is_followed_once(tmp_path: Path) -> None:
    write_tree(tmp_path, {"x/F.md": b"", "store/y/G.md": b""})
    (tmp_path / "x" / "E.md").symlink_to("F.md")
    (tmp_path / "x" / "linked").symlink_to(tmp_path / "store")
    (tmp_path / "a").symlink_to(tmp_path / "store")
    assert names(tmp_path / "x") == ["F.md", "linked/y/G.md"]
    assert names(tmp_path) == ["x/F.md", "store/y/G.md"]


def test_link_in_a_circle_ends(tmp_path: Path) -> None:
    write_tree(tmp_path, {"x/F.md": b""})
    (tmp_path / "x" / "up").symlink_to(tmp_path)
    assert names(tmp_path) == ["x/F.md"]


def test_linked_data_folder_is_looked_into(tmp_path: Path) -> None:
    write_tree(tmp_path, {"store/F-genes.tsv": b"1", "x/_figures/F.md": b""})
    (tmp_path / "x" / "_data").symlink_to(tmp_path / "store")
    with open_sources([tmp_path / "x"]) as sources:
        assert found(sources)[0][3] == {"genes": b"1"}


def test_what_is_no_file_is_a_problem(tmp_path: Path) -> None:
    write_tree(tmp_path, {"F.md": b"", "folder.md/G.md": b""})
    (tmp_path / "broken.md").symlink_to("nowhere")
    (tmp_path / "loop.md").symlink_to("loop.md")
    os.mkfifo(tmp_path / "pipe.md")
    (tmp_path / "linked.md").symlink_to("pipe.md")
    os.mkfifo(tmp_path / "F-genes.tsv")  # to read it would wait for ever
    with open_sources([tmp_path]) as sources:
        assert [document.name for document in sources.documents] == ["F.md", "folder.md/G.md"]
        assert sources.documents[0].tables == ()
        assert [(p.severity, p.file) for p in sources.problems] == [
            (Severity.FILE_SKIPPED, "broken.md"),
            (Severity.WARNING, "folder.md"),
            (Severity.FILE_SKIPPED, "linked.md"),
            (Severity.FILE_SKIPPED, "loop.md"),
            (Severity.FILE_SKIPPED, "pipe.md"),
        ]


def test_broken_table_is_left_to_its_reader(tmp_path: Path) -> None:
    write_tree(tmp_path, {"_figures/F.md": b"", "_data/G-genes.tsv": b""})
    (tmp_path / "_data" / "F-genes.tsv").symlink_to("nowhere")
    with open_sources([tmp_path]) as sources:
        ((_, blob),) = sources.documents[0].tables
        with pytest.raises(OSError, match="No such file"):
            blob.read()


def test_folder_that_cannot_be_listed_is_a_problem(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_tree(tmp_path, {"F.md": b"", "closed/G.md": b"", "x/_figures/H.md": b"", "x/_data/H-genes.tsv": b""})
    closed = {str(tmp_path / "closed"), str(tmp_path / "x" / "_data")}
    scandir = os.scandir

    def refuse(path: str) -> object:  # rights do not stop root, whom tests may run as
        if path in closed:
            raise PermissionError(13, "Permission denied", path)
        return scandir(path)

    monkeypatch.setattr(os, "scandir", refuse)
    assert names(tmp_path) == ["F.md", "x/_figures/H.md"]
    skipped, warned = problems(tmp_path)
    assert skipped.startswith("closed: file skipped: the folder cannot be listed (Permission denied)")
    assert warned.startswith("x/_figures: warning: the _data folder of these documents cannot be listed")


def test_text_that_cannot_be_read_is_a_problem(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_tree(tmp_path, {"a.md": b"", "b.txt": b"---\n"})

    def refuse(_blob: Blob, _size: int) -> bytes:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Blob, "head", refuse)
    assert problems(tmp_path) == [
        "b.txt: file skipped: cannot be read (Permission denied); mend its rights or leave it out"
    ]


NOT_TEXT = {os.fsdecode(b"_figures/caf\xe9\n.md"): b"f", os.fsdecode(b"_data/caf\xe9\n-genes.tsv"): b"g"}
SHOWN = [("_figures/caf\ufffd\ufffd.md", "caf\ufffd\ufffd", b"f", {"genes": b"g"}, "_data")]


def test_name_that_is_not_text_is_shown_with_replacements(tmp_path: Path) -> None:
    with open_sources([write_tree(tmp_path, NOT_TEXT)]) as sources:
        assert found(sources) == SHOWN


def test_name_in_an_archive_that_is_not_text_is_shown_with_replacements(tmp_path: Path) -> None:
    path = tmp_path / "a.tar"
    with tarfile.open(path, "w", format=tarfile.GNU_FORMAT, encoding="utf-8", errors="surrogateescape") as archive:
        for name, content in NOT_TEXT.items():
            info = tarfile.TarInfo(name)
            info.size = len(content)
            archive.addfile(info, io.BytesIO(content))
    assert b"caf\xe9" in path.read_bytes()
    with open_sources([path]) as sources:
        assert found(sources) == SHOWN


def test_standard_input_is_one_document() -> None:
    with open_sources(["-", "-"], stdin=io.BytesIO(b"---\n")) as sources:
        assert found(sources) == [("standard input", "", b"---\n", {}, "_data")]


def test_standard_input_beside_a_folder() -> None:
    with open_sources(["-", SEEDS], stdin=io.BytesIO(b"x")) as sources:
        assert [document.name.partition("/")[0] for document in sources.documents] == [
            "standard input",
            "seeds",
            "seeds",
        ]


def test_standard_input_of_the_process_is_the_default(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"from the pipe")))
    with open_sources(["-"]) as sources:
        assert found(sources)[0][2] == b"from the pipe"


def test_process_without_standard_input_is_told_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", None)
    with pytest.raises(SourceError, match=r"standard input: file skipped: cannot be read \(there is none\)"):
        open_sources(["-"])


def test_pipe_that_breaks_is_a_problem() -> None:
    class Broken(io.BytesIO):
        def read(self, _size: int | None = -1, /) -> bytes:
            raise OSError(5, "Input/output error")

    with open_sources(["-", SEEDS], stdin=Broken()) as sources:
        assert len(sources.documents) == 2
        assert [str(problem) for problem in sources.problems] == [
            "standard input: file skipped: cannot be read (Input/output error); save it to a file and name that"
        ]


def test_pipe_is_one_document(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    writer = subprocess.Popen(["sh", "-c", "printf figure > pipe"], cwd=tmp_path)
    with writer, open_sources([tmp_path / "pipe"]) as sources:
        assert found(sources) == [("pipe", "", b"figure", {}, "_data")]


def test_pipe_without_end_is_given_up() -> None:
    with pytest.raises(SourceError, match=r"zero: no document can be read: .* larger than 64 MiB"):
        open_sources(["/dev/zero"])


def test_copies_live_as_long_as_the_sources(tmp_path: Path) -> None:
    (tmp_path / "a.zip").write_bytes(archive_bytes(".zip", CHECKOUT))
    with open_sources([tmp_path / "a.zip"]) as sources:
        paths = {Path(document.markdown.path) for document in sources.documents}
        assert len(paths) == 1
        assert all(path.is_file() for path in paths)
    assert not any(path.parent.exists() for path in paths)


def test_copies_do_not_survive_an_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "a.zip").write_bytes(archive_bytes(".zip", {"_data/F-genes.tsv": b"x"}))
    temporary = tmp_path / "tmp"
    temporary.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(temporary))
    with pytest.raises(SourceError, match=r"a\.zip: no document found"):
        open_sources([tmp_path / "a.zip"])
    assert list(temporary.iterdir()) == []


def test_folder_without_documents_is_an_error(tmp_path: Path) -> None:
    write_tree(tmp_path, {"README.txt": b"no figures", "_figures/x.png": b""})
    with pytest.raises(SourceError, match=r"no document found; needed are \*\.md files"):
        open_sources([tmp_path])


def test_folder_without_documents_beside_another_is_a_warning(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    (tmp_path / "a").mkdir()
    (tmp_path / "a.zip").write_bytes(archive_bytes(".zip", {}))
    warnings = problems(SEEDS, tmp_path / "empty", tmp_path / "a.zip")
    assert [warning.partition("; ")[0] for warning in warnings] == [
        "a.zip: warning: has no document",
        "empty: warning: has no document",
    ]


def test_only_broken_documents_are_named_in_the_error(tmp_path: Path) -> None:
    for name in ("F.md", "G.md"):
        (tmp_path / name).symlink_to("nowhere")
    with pytest.raises(SourceError, match=r"no document can be read: F\.md: .* \(and 1 more\)"):
        open_sources([tmp_path])
