"""The page as a whole: ways through it, errors, tokens, keyboards, colours, widths, and who it talks to."""

import json
import os
import shlex
import subprocess
from pathlib import Path

import pytest
from selenium.webdriver.common.keys import Keys

from .stub_server import PIPELINES, TOKEN

NAMES = [pipeline["name"] for pipeline in PIPELINES]
SCREENS = {
    "wide": {},
    "dark": {"dark": True},
    "phone": {"width": 360, "height": 740},
    "dark phone": {"width": 360, "height": 740, "dark": True, "still": True},
}


def answered(page, stub, name):
    """Open the page of a pipeline and have an answer on it."""
    page.open(f"{stub.url}#/{name}")
    if name == "audio/stream":
        page.choose("Speak")
        page.wait_until(lambda: stub.samples > 4000, "samples")
        page.choose("Stop")
    elif name == "audio/chorales":
        page.choose("Compose")
    elif not page.all("textarea"):
        page.run("document.querySelector('.examples button').click()")
    page.wait_for(".parts > *")
    page.wait_for(".command:not([hidden]) code", "curl")


def test_pipelines_are_listed_by_their_families(visitor, stub):
    visitor.open(stub.url)
    assert visitor.wait_for("nav h2").text == "TEXT"
    assert [link.get_attribute("data-name") for link in visitor.all("nav a")] == NAMES
    visitor.choose("splice")
    visitor.wait_for("h1", "dna/splice")
    assert visitor.wait_for("nav [aria-current]").text == "splice"
    assert visitor.driver.title == "dna/splice | seqpipe"
    visitor.driver.back()
    visitor.wait_for("h1", "text/sentiment")


def test_a_single_pipeline_has_no_list(visitor, stub):
    stub.pipelines = PIPELINES[:1]
    visitor.open(stub.url)
    visitor.wait_for(".stars")
    assert not visitor.wait_for("nav").is_displayed()


def test_an_error_is_shown_as_the_server_says_it(visitor, stub):
    visitor.open(stub.url)
    visitor.wait_for(".stars")
    stub.refuse = 503, {"message": "too many records are waiting", "todo": "send it again"}
    visitor.type("Busy?")
    assert visitor.wait_for("[role=alert]").text == "too many records are waiting\nsend it again"
    stub.refuse = None
    visitor.type("Still busy?")
    visitor.wait_for(".stars")
    visitor.noise()  # the browser notes that a request was refused


def test_a_record_that_is_refused_says_why(visitor, stub):
    visitor.open(stub.url)
    visitor.wait_for(".stars")
    visitor.type("bad")
    assert visitor.wait_for("[role=alert]").text == "this record is bad\nwrite a good one"


def test_a_record_without_a_result_says_so(visitor, stub):
    visitor.open(stub.url)
    visitor.wait_for(".stars")
    visitor.type("empty")
    visitor.wait_for(".answer .note", "Nothing found")
    assert visitor.heard() == "Nothing found"


def test_the_answer_is_shown_as_json(visitor, stub):
    visitor.open(stub.url)
    visitor.choose("As JSON")
    shown = visitor.wait_for(".json code", "stars").text
    assert json.loads(shown)[0]["results"][0]["stars"] == 4


def test_markup_in_a_text_is_text(visitor, stub):
    text = "<img src=x onerror=alert(1)> Oslo <b>& \"'\\"
    visitor.open(f"{stub.url}#/text/names")
    visitor.wait_for("mark")
    visitor.type(text)
    assert visitor.wait_for(".marked", "<img").text == text.replace("Oslo", "Oslo LOC")
    assert visitor.all("main img, main b:not(.bases b)") == []


def test_a_server_that_is_gone_is_named(visitor, stub):
    visitor.open(stub.url)
    visitor.wait_for(".stars")
    visitor.run("globalThis.fetch = () => Promise.reject(new TypeError('gone'))")
    visitor.type("Hello?")
    visitor.wait_for("[role=alert]", "the server does not answer")


def test_the_token_is_asked_for_and_sent(visitor, stub):
    stub.token = TOKEN
    visitor.open(stub.url)
    visitor.wait_for("[role=alert]", "a token is needed")
    visitor.press("wrong", Keys.ENTER)
    visitor.wait_for("h1", "Token needed")
    visitor.wait_for("#token").clear()
    visitor.press(TOKEN, Keys.ENTER)
    visitor.wait_for(".stars")
    assert TOKEN not in visitor.wait_for(".command code").text
    assert '"Authorization: Bearer $SEQPIPE_SERVE_TOKEN"' in visitor.wait_for(".command code").text
    visitor.noise()
    visitor.run("sessionStorage.clear()")


@pytest.mark.parametrize("text", ["It's “fine”", 'a $HOME `ls` \\ "b"', "line one\nline two", "-d @x"])
def test_the_command_does_the_same_in_a_shell(visitor, stub, text):
    visitor.open(stub.url)
    visitor.wait_for(".stars")
    enter = "arguments[0].value = arguments[1]; arguments[0].dispatchEvent(new Event('input'))"
    visitor.run(enter, visitor.wait_for("textarea"), text)
    visitor.wait_until(lambda: len(stub.asked) > 1, "the request")
    visitor.wait_for(".answer .time", "ms")
    shown = visitor.run("return document.querySelector('.command code').textContent")
    *_, body = shlex.split(shown.replace("\\\n", " "))
    assert body.encode() == stub.asked[-1][2]
    shell = ["/bin/sh", "-c", shown.replace("curl", "printf '%s|'", 1)]
    url, *arguments = subprocess.run(shell, capture_output=True, text=True, check=True).stdout.split("|")[:5]
    assert url == f"{stub.url}v1/text/sentiment"
    assert arguments == ["-H", "Content-Type: application/json", "-d", body]


def test_the_command_is_copied(visitor, stub):
    allowed = {"permissions": ["clipboardReadWrite", "clipboardSanitizedWrite"]}
    visitor.driver.execute_cdp_cmd("Browser.grantPermissions", allowed)
    visitor.open(stub.url)
    shown = visitor.wait_for(".command code", "curl").text
    visitor.choose("Copy")
    visitor.wait_for(".command button", "Copied")
    assert visitor.driver.execute_async_script("navigator.clipboard.readText().then(arguments[0])") == shown


def test_all_is_done_with_the_keyboard(visitor, stub):
    visitor.open(stub.url)
    visitor.wait_for(".stars")
    visitor.press(Keys.TAB)
    assert visitor.focused() == "Skip to the pipeline"
    visitor.press(Keys.ENTER, Keys.TAB)
    assert visitor.focused() == "Text"
    visitor.press(Keys.CONTROL, "a")
    visitor.press(Keys.NULL, "Written by keys")
    visitor.wait_for(".command code", "Written by keys")
    visitor.press(Keys.TAB)
    assert visitor.focused() == "Open a file"
    visitor.press(Keys.TAB, Keys.TAB, Keys.ENTER)
    visitor.wait_for("textarea", "Two hours of my life.")
    seen = [visitor.focused()]
    while seen[-1] != "curl command":
        visitor.press(Keys.TAB)
        seen.append(visitor.focused())
    assert seen[1:] == ["As JSON", "Copy", "curl command"]


@pytest.mark.parametrize("name", NAMES)
def test_what_has_the_focus_is_seen(visitor, stub, name):
    answered(visitor, stub, name)
    visitor.run("document.querySelector('h1').focus()")
    unseen = []
    for _ in range(40):
        visitor.press(Keys.TAB)
        if visitor.run("return document.activeElement === document.body"):
            break
        style = "const s = getComputedStyle(%s); return s.outlineStyle + ' ' + s.outlineWidth"
        field = visitor.run("return document.activeElement.matches('.file input, .theme input')")
        node = "document.activeElement.nextElementSibling" if field else "document.activeElement"
        if visitor.run(style % node) != "solid 2px":
            unseen.append(visitor.focused())
    assert set(unseen) <= {"video"}  # the browser's own controls


@pytest.mark.parametrize("name", NAMES)
def test_the_page_fits_all_screens_and_people(visitor, stub, name):
    """Set SEQPIPE_AXE to axe.min.js of npm's axe-core to try its rules, and SEQPIPE_PICTURES to a folder to look."""
    answered(visitor, stub, name)
    for screen, settings in SCREENS.items():
        visitor.see(**settings)
        assert visitor.run("return document.documentElement.scrollWidth - document.documentElement.clientWidth") == 0
        if pictures := os.environ.get("SEQPIPE_PICTURES"):
            visitor.picture(Path(pictures) / f"{name.replace('/', '-')}-{screen.replace(' ', '-')}.png")
        visitor.run("for (const one of document.querySelectorAll('details')) one.open = true")
        if axe := os.environ.get("SEQPIPE_AXE"):
            assert violations(visitor, Path(axe)) == []
        visitor.run("for (const one of document.querySelectorAll('details')) one.open = false")
    host = stub.url.split("//")[1]
    assert {url.split("//")[1].split("/")[0] + "/" for url in visitor.requests()} == {host}


def violations(visitor, axe):
    visitor.run(axe.read_text())
    run = "axe.run({resultTypes: ['violations']}).then(({violations}) => arguments[0](violations))"
    found = visitor.driver.execute_async_script(run)
    return [(one["id"], [node["html"][:200] for node in one["nodes"]]) for one in found]


def test_colours_follow_the_system_until_they_are_chosen(visitor, stub):
    colour = "return getComputedStyle(document.body).backgroundColor"
    visitor.open(stub.url)
    light = visitor.run(colour)
    visitor.see(dark=True)
    dark = visitor.run(colour)
    assert light != dark
    visitor.choose("Light")
    assert visitor.run(colour) == light
    visitor.open(stub.url)
    assert visitor.run(colour) == light
    visitor.choose("Auto")
    assert visitor.run(colour) == dark


def test_the_list_opens_and_closes_on_a_phone(visitor, stub):
    visitor.see(width=360, height=740)
    visitor.open(stub.url)
    visitor.wait_for(".stars")
    assert not visitor.wait_for("nav").is_displayed()
    visitor.choose("Pipelines")
    assert visitor.wait_for("nav").is_displayed()
    visitor.press(Keys.TAB, Keys.TAB)
    visitor.press(Keys.TAB, Keys.ESCAPE)
    visitor.wait_until(lambda: not visitor.wait_for("nav").is_displayed(), "the list closed")
    assert visitor.focused() == "Pipelines"
    visitor.choose("Pipelines")
    visitor.choose("names")
    visitor.wait_for("mark")
    assert not visitor.wait_for("nav").is_displayed()


def test_the_page_has_its_landmarks(visitor, stub):
    visitor.open(stub.url)
    visitor.wait_for(".stars")
    roles = {node.aria_role for node in visitor.all("body > *")}
    assert {"banner", "navigation", "main", "status"} <= roles
    assert [node.accessible_name for node in visitor.all("main > section")] == ["Input", "Answer", "The same with curl"]
