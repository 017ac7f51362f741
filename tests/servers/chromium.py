"""A real browser: Debian's Chromium with its driver, installed where it is missing, without a way to the network."""

from __future__ import annotations

import os
import shutil
import subprocess
from contextlib import contextmanager
from typing import TYPE_CHECKING

from selenium.webdriver import Chrome, ChromeOptions
from selenium.webdriver.chrome.service import Service

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

__all__ = ["chromium"]

_PACKAGES = ("chromium", "chromium-driver")
_SECONDS = 1_200
_FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--window-size=1200,1400",
    # Every name but that of this machine leads nowhere.
    "--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1",
)


def _install() -> None:
    if all(map(shutil.which, ("chromium", "chromedriver"))):
        return
    sudo = [] if os.geteuid() == 0 else ["sudo", "--non-interactive"]
    for command in (["update"], ["install", "-y", "--no-install-recommends", *_PACKAGES]):
        subprocess.run(
            [*sudo, "apt-get", "-qq", *command],
            check=True,
            timeout=_SECONDS,
            env=os.environ | {"DEBIAN_FRONTEND": "noninteractive"},
        )


@contextmanager
def chromium(profile: Path, *flags: str) -> Iterator[Chrome]:
    """Give a browser that logs its console and its requests.

    Parameters
    ----------
    profile
        A new folder for what it keeps.
    *flags
        More flags of Chromium's.
    """
    _install()
    options = ChromeOptions()
    options.binary_location = str(shutil.which("chromium"))
    for flag in (*_FLAGS, f"--user-data-dir={profile}", *flags):
        options.add_argument(flag)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    browser = Chrome(options=options, service=Service(str(shutil.which("chromedriver"))))
    try:
        yield browser
    finally:
        browser.quit()
