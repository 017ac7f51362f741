"""The query page in a real browser that reaches nothing but the server."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import pytest
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.select import Select
from selenium.webdriver.support.wait import WebDriverWait

from tests.conftest import JAK_STAT
from tests.servers.chromium import chromium

if TYPE_CHECKING:
    from collections.abc import Iterator

    from selenium.webdriver import Chrome
    from selenium.webdriver.remote.webelement import WebElement

    from tests.serve.running import Running

pytestmark = pytest.mark.integration


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Chrome]:
    with chromium(tmp_path_factory.mktemp("profile")) as made:
        yield made


class Page:
    """The page, and what a user finds on it."""

    def __init__(self, browser: Chrome, server: Running) -> None:
        self.browser, self.server = browser, server
        self.url = f"http://127.0.0.1:{server.port}/"
        browser.get("about:blank")
        self.logged("performance")
        self.logged("browser")
        browser.get(self.url)
        self.wait(lambda: len(self.find("#example").find_elements(By.TAG_NAME, "option")) > 1)

    def wait(self, holds: Any) -> None:
        WebDriverWait(self.browser, 20).until(lambda _: holds())

    def find(self, selector: str) -> WebElement:
        return self.browser.find_element(By.CSS_SELECTOR, selector)

    def all(self, selector: str) -> list[str]:
        return [element.text for element in self.browser.find_elements(By.CSS_SELECTOR, selector)]

    def write(self, query: str) -> None:
        field = self.find("#query")
        field.clear()
        field.send_keys(query)

    def status(self) -> str:
        return self.find("#status").text

    def run(self) -> None:
        self.find("#run").click()
        self.wait(lambda: self.find("#run").is_enabled())

    def logged(self, kind: str) -> list[dict[str, Any]]:
        """Return what was logged since the last time."""
        entries: list[dict[str, Any]] = self.browser.get_log(kind)  # type: ignore[no-untyped-call]
        return entries

    def requests(self) -> list[str]:
        """Return the addresses that the browser asked for."""
        messages = [json.loads(entry["message"])["message"] for entry in self.logged("performance")]
        sent = [message for message in messages if message["method"] == "Network.requestWillBeSent"]
        return [message["params"]["request"]["url"] for message in sent]

    def complaints(self) -> list[str]:
        return [entry["message"] for entry in self.logged("browser")]


@pytest.fixture
def page(browser: Chrome, server: Running) -> Page:
    return Page(browser, server)


def test_the_network_is_off(browser: Chrome) -> None:
    browser.get("about:blank")
    text = browser.execute_async_script(
        "const done = arguments[0]; fetch('https://example.org/').then(() => done('there'), () => done('nowhere'))"
    )
    assert text == "nowhere"


def test_an_example_is_chosen_filled_in_and_run(page: Page) -> None:
    Select(page.find("#example")).select_by_value("two-genes")
    inputs = page.browser.find_elements(By.CSS_SELECTOR, "#parameters input")
    assert len(inputs) == 2
    for field, gene in zip(inputs, ("IL6", "STAT3"), strict=True):
        assert page.find(f"label[for='{field.get_attribute('id')}']").text
        field.send_keys(Keys.CONTROL, "a")
        field.send_keys(Keys.NULL, gene)
    inputs[-1].send_keys(Keys.TAB)
    page.wait(lambda: '"IL6"' in str(page.find("#query").get_property("value")))
    page.run()
    page.wait(lambda: page.status().startswith("2 rows"))
    assert len(page.all("tbody tr")) == 2
    assert len(page.all("tbody a")) == 2
    assert {urlsplit(url).netloc for url in page.requests() if not url.startswith("data:")} == {
        urlsplit(page.url).netloc
    }
    assert page.complaints() == []


def test_an_error_is_shown_with_its_place(page: Page) -> None:
    page.write("SELECT ?word WHERE {\n  ?m pfkg:word ?word .\n  FILTER nonsense\n}")
    page.run()
    page.wait(lambda: page.find("#error").is_displayed())
    assert page.find("#error").text.startswith("line 3, column 10: syntax error")
    field = page.browser.switch_to.active_element
    assert field.get_attribute("id") == "query"
    assert str(field.get_property("value"))[int(str(field.get_property("selectionStart"))) :].startswith("nonsense")
    assert page.all("tbody tr") == []


def test_control_enter_runs_and_columns_sort(page: Page) -> None:
    page.write("SELECT ?word (STRLEN(?word) AS ?n) { ?m pfkg:word ?word } LIMIT 20")
    page.find("#query").send_keys(Keys.CONTROL, Keys.ENTER)
    page.wait(lambda: page.status().startswith("20 rows"))
    for expected in ("ascending", "descending"):
        page.browser.find_elements(By.CSS_SELECTOR, "thead button")[1].click()
        assert page.browser.find_elements(By.CSS_SELECTOR, "th")[1].get_attribute("aria-sort") == expected
        numbers = [int(text) for text in page.all("td.number")]
        assert numbers == sorted(numbers, reverse=expected == "descending")
        assert len(set(numbers)) > 2


def test_graphs_answers_and_files(page: Page) -> None:
    page.write("CONSTRUCT WHERE { ?m pfkg:word ?word }")
    page.run()
    page.wait(lambda: "pfkg:word" in page.find("#answer").text)
    assert page.all("#links a") == ["TURTLE", "N-TRIPLES", "RDF-XML", "JSON-LD"]
    page.write("ASK { ?m pfkg:word 'JAK' }")
    page.run()
    page.wait(lambda: page.status().startswith("Yes"))
    assert page.all("#links a") == ["CSV", "TSV", "JSON", "XML"]
    address = urlsplit(str(page.find("#links a").get_attribute("href")))
    reply = page.server.ask("GET", f"{address.path}?{address.query}")
    assert (reply.type, reply.text) == ("text/csv", "true")


def test_a_query_can_be_stopped_and_linked(page: Page) -> None:
    page.write("SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l }")
    page.find("#run").click()
    page.find("#stop").click()
    page.wait(lambda: page.find("#error").text == "Stopped.")
    page.write("ASK {}")
    page.run()
    page.wait(lambda: page.status().startswith("Yes"))
    page.browser.refresh()
    assert page.find("#query").get_property("value") == "ASK {}"


def test_what_stands_in_the_data_is_no_markup(page: Page) -> None:
    page.write("""SELECT ("<img src=x onerror=alert(1)>" AS ?x) (<javascript:alert(1)> AS ?y) {}""")
    page.run()
    page.wait(lambda: page.status().startswith("1 row"))
    assert page.all("td") == ["<img src=x onerror=alert(1)>", "javascript:alert(1)"]
    assert page.browser.find_elements(By.CSS_SELECTOR, "#answer img, #answer a") == []


def test_a_figure_has_a_page_that_the_answer_links(page: Page) -> None:
    page.complaints()
    page.write(f"SELECT ?figure {{ ?figure dcterms:identifier '{JAK_STAT}' }}")
    page.run()
    page.wait(lambda: page.all("tbody a") == [f"figure:{JAK_STAT}"])
    page.find("tbody a").click()
    page.wait(lambda: page.browser.current_url == f"{page.url}figures/{JAK_STAT}.html")
    assert page.find("h1").text.startswith("Advances of the STAT3")
    script = page.find("script[type='application/ld+json']").get_attribute("textContent")
    assert json.loads(str(script))["@id"].endswith(f"{JAK_STAT}.html")
    assert page.complaints() == []
    assert "none" not in str(page.find("table").value_of_css_property("border-collapse"))


def test_every_field_has_a_label_and_dark_is_dark(page: Page) -> None:
    Select(page.find("#example")).select_by_value("two-genes")
    unlabelled = page.browser.execute_script(
        "const fields = [...document.querySelectorAll('input, select, textarea')];"
        "return fields.filter((field) => field.labels.length === 0).length"
    )
    assert unlabelled == 0
    scheme = {"features": [{"name": "prefers-color-scheme", "value": "dark"}]}
    page.browser.execute_cdp_cmd("Emulation.setEmulatedMedia", scheme)
    assert page.find("body").value_of_css_property("background-color") == "rgba(18, 22, 27, 1)"
    page.browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": []})
