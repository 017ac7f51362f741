"""The frame of the audit's HTML page: style, sorting and filters, all in the file itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

__all__ = ["page_end", "page_head"]

_STYLE = """
body { font: 14px/1.4 system-ui, sans-serif; margin: 1.5rem; color: #1b1b1b; background: #fff }
table { border-collapse: collapse; width: 100% }
th, td { border-bottom: 1px solid #ddd; padding: .35rem .5rem; text-align: left; vertical-align: top }
th { position: sticky; top: 0; background: #f3f3f3 }
th button { all: unset; cursor: pointer; font-weight: 600 }
th button:focus-visible { outline: 2px solid #1a5fb4 }
th[aria-sort=ascending] button::after { content: " \\25B2" }
th[aria-sort=descending] button::after { content: " \\25BC" }
ul { margin: 0; padding-left: 1.1rem }
mark { background: #ffe08a }
.supported { color: #1a6b2f } .plausible { color: #3d5a80 } .doubtful { color: #8a5a00 } .conflicting { color: #a51d2d }
td:first-child, td:nth-child(2) { overflow-wrap: anywhere; max-width: 16rem }
td:first-child { min-width: 11rem } td:nth-child(2) { min-width: 5rem }
td:last-child { overflow-wrap: anywhere; min-width: 22rem }
th { white-space: nowrap }
form label { margin-right: 1rem }
"""

_SCRIPT = """
const body = document.querySelector("tbody"), rows = [...body.rows];
document.querySelectorAll("th button").forEach((button, column) => button.addEventListener("click", () => {
  const head = button.parentElement, up = head.getAttribute("aria-sort") !== "ascending";
  document.querySelectorAll("th").forEach(other => other.removeAttribute("aria-sort"));
  head.setAttribute("aria-sort", up ? "ascending" : "descending");
  const text = row => row.cells[column].textContent;
  const order = new Intl.Collator("en", { numeric: true });
  rows.sort((a, b) => (up ? 1 : -1) * order.compare(text(a), text(b)));
  body.append(...rows);
}));
const show = () => {
  const grades = new Set([...document.querySelectorAll("input[name=grade]:checked")].map(box => box.value));
  const wanted = document.querySelector("input[type=search]").value.toLowerCase();
  for (const row of rows)
    row.hidden = !grades.has(row.dataset.grade) ||
      ![...row.cells].slice(0, 4).some(cell => cell.textContent.toLowerCase().includes(wanted));
};
document.querySelector("form").addEventListener("input", show);
document.querySelector("#captions").addEventListener("input", event => {
  document.querySelectorAll("details").forEach(caption => { caption.open = event.target.checked; });
});
document.querySelector("form").addEventListener("submit", event => event.preventDefault());
"""


def page_head(counts: Mapping[str, int], grades: Sequence[str], n_rows: int) -> str:
    """Return the page up to its first row.

    Parameters
    ----------
    counts
        How many candidate genes have each grade.
    grades
        The grades, best first.
    n_rows
        The rows that follow.
    """
    boxes = "".join(
        f'<label><input type="checkbox" name="grade" value="{grade}" checked> '
        f'<span class="{grade}">{grade}</span> ({counts.get(grade, 0):,})</label>'
        for grade in grades
    )
    heads = ("figure", "word", "matched", "gene", "score", "grade", "reasons")
    lowest_first = {"score": ' aria-sort="ascending"'}
    columns = "".join(
        f'<th scope="col"{lowest_first.get(name, "")}><button type="button">{name}</button></th>' for name in heads
    )
    total = sum(counts.values())
    return (
        '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width">\n<title>Mention audit</title>\n'
        f"<style>{_STYLE}</style>\n</head>\n<body>\n<h1>Mention audit</h1>\n"
        f"<p>{n_rows:,} of {total:,} candidate genes of mentions, those of the lowest scores. A score is how likely "
        "the word means the gene, 0 to 1; a heading sorts.</p>\n"
        f'<form>{boxes}<label>figure, word or gene <input type="search"></label>'
        '<label><input type="checkbox" id="captions"> captions</label></form>\n'
        f"<table>\n<thead><tr>{columns}</tr></thead>\n<tbody>\n"
    )


def page_end() -> str:
    """Return what follows the last row."""
    return f"</tbody>\n</table>\n<script>{_SCRIPT}</script>\n</body>\n</html>\n"
