"""A learner whose browser knows no scripts: pages, cookies and plain forms over HTTP, nothing else."""

import http.cookiejar
import re
import urllib.error
import urllib.parse
import urllib.request
from html.parser import HTMLParser


class Page(HTMLParser):
    """What came back: its status, its address, its words, and the hidden fields of each of its forms."""

    def __init__(self, reply):
        super().__init__()
        self.status, self.url = reply.status, reply.url
        self.text = reply.read().decode()
        self.forms = []
        self.feed(self.text)

    def handle_starttag(self, tag, attrs):
        given = dict(attrs)
        if tag == "form":
            self.forms.append((given.get("action") or self.url, {}))
        elif tag == "input" and self.forms and given.get("type") == "hidden":
            self.forms[-1][1][given["name"]] = given.get("value", "")

    def words(self):
        """What stands on it, without the frame."""
        main = self.text.partition("<main")[2].partition("</main>")[0] or self.text
        return " ".join(re.sub(r"<[^>]+>", " ", "<main" + main).split())

    def form(self, part):
        """(address, hidden fields) of the first form whose address has this part."""
        return next(form for form in self.forms if re.search(part, form[0]))


class Learner:
    """Learner(site.url).open("/cards/") → Page; .send(page, "check/", **{"c-1": "0.5"}) → Page."""

    def __init__(self, url):
        self.url = url
        self.cookies = http.cookiejar.CookieJar()
        self.opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(self.cookies))

    def open(self, path, fields=None):
        sent = urllib.parse.urlencode(fields).encode() if fields is not None else None
        try:
            with self.opener.open(urllib.parse.urljoin(self.url, path), sent, timeout=60) as reply:
                return Page(reply)
        except urllib.error.HTTPError as reply:
            return Page(reply)

    def send(self, page, part="", **fields):
        """Fill in and send a form of the page."""
        address, hidden = page.form(part)
        return self.open(urllib.parse.urljoin(page.url, address), hidden | fields)

    def take(self, slug="lstm-step"):
        """The sheet of an exercise with fresh numbers, all steps open."""
        return self.send(self.open(f"/exercises/{slug}/take/"), "take/", whole="1")

    def start(self, slug="why-rnns-forget"):
        """The first question of a quiz."""
        return self.send(self.open(f"/quizzes/{slug}/"), "start/")

    def everything(self):
        """All that the site keeps of this learner, as it gives it to him."""
        return self.open("/account/everything.json").text

    def browser_cookies(self):
        """The same person in Playwright's words."""
        cookies = [{"name": each.name, "value": each.value, "url": self.url} for each in self.cookies]
        return [cookie for cookie in cookies if cookie["name"] != "csrftoken"]
