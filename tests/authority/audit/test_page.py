"""The audit's page in a real browser, as a file that reaches nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from selenium.webdriver.common.by import By

import kg
from tests.conftest import SEEDS
from tests.servers.chromium import chromium

if TYPE_CHECKING:
    from collections.abc import Iterator

    from selenium.webdriver import Chrome

pytestmark = pytest.mark.integration


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Chrome]:
    folder = tmp_path_factory.mktemp("page")
    kg.build(SEEDS, output=folder / "build", audit=True).write_audit(folder / "audit.html")
    with chromium(folder / "profile") as browser:
        browser.get((folder / "audit.html").as_uri())
        yield browser


def column(page: Chrome, number: int) -> list[str]:
    cells = page.find_elements(By.CSS_SELECTOR, f"tbody td:nth-child({number})")
    return [cell.text for cell in cells if cell.is_displayed()]


def test_headings_sort_both_ways(page: Chrome) -> None:
    scores = [float(text) for text in column(page, 5)]
    assert len(scores) == 62
    assert scores == sorted(scores)
    for name, number in (("score", 5), ("gene", 4)):
        heading = page.find_element(By.XPATH, f"//th[normalize-space()='{name}']")
        seen = []
        for _ in range(2):
            heading.find_element(By.TAG_NAME, "button").click()
            seen.append((heading.get_attribute("aria-sort"), column(page, number)))
        (one, first), (two, second) = seen
        assert {one, two} == {"ascending", "descending"}
        assert first == second[::-1] != second
    assert len(page.find_elements(By.CSS_SELECTOR, "th[aria-sort]")) == 1


def test_genes_sort_by_their_symbols_and_not_by_the_ids_behind_them(page: Chrome) -> None:
    heading = page.find_element(By.XPATH, "//th[normalize-space()='gene']")
    while heading.get_attribute("aria-sort") != "ascending":
        heading.find_element(By.TAG_NAME, "button").click()
    symbols = list(dict.fromkeys(text.split("\n")[0] for text in column(page, 4)))
    assert [symbol for symbol in symbols if symbol.startswith(("IL6", "STAT"))] == [
        *("IL6", "IL6R", "STAT1", "STAT2", "STAT3", "STAT4", "STAT5A", "STAT5B", "STAT6")
    ]


def test_boxes_and_words_choose_rows(page: Chrome) -> None:
    page.find_element(By.CSS_SELECTOR, "input[value=plausible]").click()
    page.find_element(By.CSS_SELECTOR, "input[value=supported]").click()
    assert set(column(page, 6)) == {"doubtful", "conflicting"}
    field = page.find_element(By.CSS_SELECTOR, "input[type=search]")
    field.send_keys("ndufc")
    assert column(page, 2) == ["HIC-1"]
    field.clear()
    for grade in ("plausible", "supported"):
        page.find_element(By.CSS_SELECTOR, f"input[value={grade}]").click()
    assert len(column(page, 6)) == 62


def test_captions_open_all_at_once_with_the_words_marked(page: Chrome) -> None:
    marked = page.find_elements(By.TAG_NAME, "mark")
    assert marked
    assert not any(word.is_displayed() for word in marked)
    page.find_element(By.ID, "captions").click()
    assert all(word.is_displayed() for word in marked)
    pictures = page.find_elements(By.LINK_TEXT, "picture")
    assert {str(link.get_attribute("href")).rpartition("/")[0] for link in pictures} == {
        f"https://www.ncbi.nlm.nih.gov/pmc/articles/{pmcid}/bin" for pmcid in ("PMC6305783", "PMC7048131")
    }
