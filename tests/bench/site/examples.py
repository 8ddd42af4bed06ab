"""How fast a worked example follows: `python -m tests.bench.site.examples`.

First what one slider's request takes, over HTTP on a kept-alive connection: the whole form is sent, one number is
another each time, the fragment comes back. Then what a reader waits for in a browser on the same machine: from the key
that moves a slider until the changed chart or table stands in the page, the 20 ms of settling included.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
import tempfile
import time
from dataclasses import dataclass
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import urlencode, urlsplit

from tests.bench.site.load import Connection, percentile
from tests.servers import Site, chromium

LARGE = "D=4&H=8&T=50"
ROWS = [
    ("rnn", "T=50", "step"),
    ("lstm", "T=50", "step"),
    ("lstm", "T=50", "time"),
    ("lstm", "T=50", "whatif&slip=c.F03&made=always"),
    ("lstm", "T=50", "compare"),
    ("lstm", "T=50", "gradient"),
    ("lstm", LARGE, "step"),
    ("lstm", LARGE, "time"),
    ("gru", LARGE, "time"),
    ("lstm", LARGE, "gradient"),
]
MOVE = """
() => new Promise((done) => {
  const slider = document.querySelector('[data-of="h0-1-1"]'), view = document.getElementById("view");
  const begun = performance.now();
  new MutationObserver((_, watcher) => {
    watcher.disconnect();
    requestAnimationFrame(() => done(performance.now() - begun));
  }).observe(view, { childList: true });
  slider.value = slider.value === "0.5" ? "0.6" : "0.5";
  slider.dispatchEvent(new Event("input", { bubbles: true }));
})
"""


class Fields(HTMLParser):
    """What a form sends: every named field with its value, in order."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.sent: list[tuple[str, str]] = []
        self.select = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = {name: value or "" for name, value in attrs}
        if tag == "input" and "name" in found:
            self.sent.append((found["name"], found.get("value", "")))
        elif tag == "select":
            self.select = found.get("name", "")
        elif tag == "option" and "selected" in found and "value" in found:
            self.sent.append((self.select, found["value"]))

    def handle_data(self, data: str) -> None:
        """Sizes are options without a value of their own; the address of the page says them."""


@dataclass(frozen=True)
class Row:
    name: str
    p50: float
    p95: float
    bytes: int


async def slider(url: str, cell: str, sizes: str, view: str, turns: int) -> Row:
    """One number of h0 moves in tenths; everything else is sent as it stands in the form."""
    parts = urlsplit(url)
    connection = Connection(parts.hostname or "", parts.port or 80, {})
    page = await connection.ask("GET", f"/examples/{cell}/?{sizes}&view={view}")
    fields = [pair for pair in Fields(page.body.decode()).sent if pair[0] != "h0"]
    fields += [(name, value) for name, _, value in (pair.partition("=") for pair in sizes.split("&"))]
    units = 8 if "H=8" in sizes else 1
    taken, length = [], 0
    for turn in range(turns):
        moved = [("h0", f"{(turn % 200) / 100}")] + [("h0", "0.1")] * (units - 1)
        path = f"/examples/{cell}/?{urlencode(fields + moved)}"
        begun = time.perf_counter()
        reply = await connection.ask("GET", path, HX_Request="true", Accept_Encoding="gzip")
        taken.append(time.perf_counter() - begun)
        assert reply.status == 200, (reply.status, path[:300])
        length = max(length, len(reply.body))
    return Row(f"{cell} {sizes} {view}", 1000 * percentile(taken, 0.5), 1000 * percentile(taken, 0.95), length)


def in_a_browser(url: str, turns: int) -> list[Row]:
    from playwright.sync_api import sync_playwright

    rows = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=["--no-sandbox"])
        for cell, view in (("rnn", "time"), ("lstm", "step"), ("lstm", "time"), ("gru", "time")):
            page = browser.new_page()
            page.goto(f"{url}/examples/{cell}/?T=50&view={view}")
            taken = [float(page.evaluate(MOVE)) / 1000 for _ in range(turns)][5:]
            name = f"{cell} T=50 {view}, in a browser"
            rows.append(Row(name, 1000 * percentile(taken, 0.5), 1000 * percentile(taken, 0.95), 0))
            page.close()
        browser.close()
    return rows


def show(rows: list[Row]) -> None:
    print(f"{'':52}{'p50 ms':>9}{'p95 ms':>9}{'bytes':>9}")
    for row in rows:
        print(f"{row.name:52}{row.p50:9.1f}{row.p95:9.1f}{row.bytes or '':>9}")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--browser", action="store_true", help="in a browser only")
    parser.add_argument("--turns", type=int, default=200, help="how often each slider moves")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        site = Site(Path(folder) / "var").start()
        try:
            if not options.browser:
                show([asyncio.run(slider(site.url, *row, options.turns)) for row in ROWS])
            if chromium():
                show(in_a_browser(site.url, options.turns))
        finally:
            site.stop()
    return 0


if __name__ == "__main__":
    sys.exit(main())
