"""A real browser without a window, as a person uses it: with eyes, a keyboard, or a screen reader."""

from __future__ import annotations

import base64
import json
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from selenium.webdriver import Chrome, ChromeOptions
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.by import By
from selenium.webdriver.remote.webelement import WebElement

BROWSERS = ("chromium", "chromium-browser", "google-chrome")
PATIENCE = 30.0
"""Seconds that something may take to appear on a busy machine."""


def missing() -> str:
    """Return what is not installed, or nothing."""
    if not any(map(shutil.which, BROWSERS)):
        return "no Chromium (apt install chromium chromium-driver)"
    return "" if shutil.which("chromedriver") else "no chromedriver (apt install chromium-driver)"


class Visitor:
    """Who visits the page."""

    def __init__(self, driver: Chrome) -> None:
        self.driver = driver

    def open(self, url: str) -> None:
        """Open a page afresh, and wait until it has been drawn."""
        self.driver.get("about:blank")
        self.noise()
        self.driver.get_log("performance")
        self.driver.get(url)
        self.wait_for("main h1")

    def see(self, *, width: int = 1200, height: int = 800, dark: bool = False, still: bool = False) -> None:
        """Choose a screen, and what the system is set to."""
        phone = width < 600
        size = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": phone}
        self.driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
        features = [
            {"name": "prefers-color-scheme", "value": "dark" if dark else "light"},
            {"name": "prefers-reduced-motion", "value": "reduce" if still else "no-preference"},
        ]
        self.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": features})

    def all(self, selector: str) -> list[WebElement]:
        return self.driver.find_elements(By.CSS_SELECTOR, selector)

    def wait_for(self, selector: str, text: str = "") -> WebElement:
        """Return the first element that a selector finds and that has a text, as soon as it is there."""
        script = """return [...document.querySelectorAll(arguments[0])].find(
            (one) => (one.textContent + (one.value ?? "")).includes(arguments[1]))"""
        return self.wait_until(lambda: self.run(script, selector, text), f"{selector} with {text!r}")

    def wait_until(self, holds: Callable[[], Any], what: str) -> Any:
        """Return what a function gives as soon as it is true."""
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            if value := holds():
                return value
            time.sleep(0.02)
        raise AssertionError(f"{what} did not come; the page says:\n{self.run('return document.body.innerText')}")

    def choose(self, label: str) -> None:
        """Click the button, or the link, with this text."""
        script = """return [...document.querySelectorAll("button, a, summary, label")].find(
            (one) => one.textContent.trim() === arguments[0] && one.checkVisibility())"""
        self.wait_until(lambda: self.run(script, label), f"a button {label!r}").click()

    def type(self, text: str) -> None:
        """Write a text into the field, in place of what is there."""
        field = self.wait_for("textarea")
        field.clear()
        field.send_keys(text)

    def press(self, *keys: str) -> None:
        """Press keys, wherever the focus is."""
        ActionChains(self.driver).send_keys(*keys).perform()

    def focused(self) -> str:
        """Return what a screen reader says of the element that has the focus."""
        node = self.driver.switch_to.active_element
        return node.accessible_name or node.tag_name

    def run(self, script: str, *values: Any) -> Any:
        """Return what a function body of JavaScript gives."""
        return self.driver.execute_script(script, *values)

    def heard(self) -> str:
        """Return what is announced."""
        return str(self.run("return document.getElementById('status').textContent"))

    def noise(self) -> list[str]:
        """Return what the console has got since it was asked last: errors and warnings, of policies too."""
        return [str(entry["message"]) for entry in self.driver.get_log("browser")]

    def requests(self) -> set[str]:
        """Return the addresses that were asked for since the page was opened."""
        messages = [json.loads(entry["message"])["message"] for entry in self.driver.get_log("performance")]
        sent = [message["params"]["request"]["url"] for message in messages if message["method"] == _SENT]
        opened = [message["params"]["url"] for message in messages if message["method"] == _OPENED]
        return {url for url in sent + opened if not url.startswith(("about:", "data:", "blob:"))}

    def picture(self, path: Path) -> None:
        """Write what is seen, the whole page."""
        size = self.run("return [innerWidth, document.documentElement.scrollHeight]")
        clip = {"x": 0, "y": 0, "width": size[0], "height": size[1], "scale": 1}
        shot = {"format": path.suffix[1:], "captureBeyondViewport": True, "clip": clip}
        taken = self.driver.execute_cdp_cmd("Page.captureScreenshot", shot)
        path.write_bytes(base64.b64decode(taken["data"]))


_SENT = "Network.requestWillBeSent"
_OPENED = "Network.webSocketCreated"


@contextmanager
def visiting(downloads: Path, sound: Path) -> Iterator[Visitor]:
    """Give a browser whose microphone hears a WAV file, and which saves files in a folder."""
    options = ChromeOptions()
    options.binary_location = next(filter(None, map(shutil.which, BROWSERS)))
    for argument in (
        "--headless=new",
        "--no-sandbox",  # tests may run as root
        "--disable-dev-shm-usage",
        "--mute-audio",
        "--autoplay-policy=no-user-gesture-required",
        "--use-fake-ui-for-media-stream",
        "--use-fake-device-for-media-stream",
        f"--use-file-for-fake-audio-capture={sound}",
    ):
        options.add_argument(argument)
    options.add_experimental_option("prefs", {"download.default_directory": str(downloads)})
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    driver = Chrome(options=options, service=Service(shutil.which("chromedriver")))
    driver.set_script_timeout(4 * PATIENCE)
    try:
        yield Visitor(driver)
    finally:
        driver.quit()
