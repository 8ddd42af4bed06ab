"""A page used by keyboard alone. Whatever takes the focus on the way must be seen to have it."""

# Why the element that has the focus can't be seen to have it; nothing when it can.
FAULT = """() => {
  const e = document.activeElement;
  if (!e || e === document.body) return "";
  const named = `<${e.tagName.toLowerCase()} id="${e.id}" class="${e.className}"> ${e.textContent.trim().slice(0, 40)}`;
  const style = getComputedStyle(e);
  if (style.outlineStyle === "none" || parseFloat(style.outlineWidth) < 2) return `no ring: ${named}`;
  const inside = [...e.getClientRects()].map((r) => [
    (Math.max(r.left, 0) + Math.min(r.right, innerWidth)) / 2,
    (Math.max(r.top, 0) + Math.min(r.bottom, innerHeight)) / 2, r]);
  const seen = inside.some(([x, y, r]) => {
    if (r.bottom <= 0 || r.top >= innerHeight || r.right <= 0 || r.left >= innerWidth) return false;
    const top = document.elementFromPoint(x, y);
    return top && (e.contains(top) || top.contains(e));
  });
  return seen ? "" : `out of sight or covered: ${named}`;
}"""
HAS_FOCUS = "element => element === document.activeElement"


class Keyboard:
    """Tab to things and press keys. There is no other way to use the page through this."""

    def __init__(self, page):
        self.page = page

    def reach(self, what, key="Tab", most=200):
        """Press Tab until `what` has the focus."""
        for _ in range(most):
            if what.count() and what.first.evaluate(HAS_FOCUS):
                return
            self.page.keyboard.press(key)
            self.look()
        raise AssertionError(f"{what} can't be reached with {key} on {self.page.url}")

    def press(self, what, key="Enter"):
        """Tab to `what` and press the key on it."""
        self.reach(what)
        self.page.keyboard.press(key)

    def follow(self, name, address):
        """Tab to the link of that name, press Enter, and be there."""
        self.press(self.page.get_by_role("link", name=name))
        self.page.wait_for_url(address)

    def push(self, name, address=None):
        """Tab to the button of that name and press it."""
        self.press(self.page.get_by_role("button", name=name))
        if address:
            self.page.wait_for_url(address)

    def write(self, what, text):
        """Tab to a field and replace what stands in it."""
        self.reach(what)
        self.page.keyboard.press("ControlOrMeta+a")
        self.page.keyboard.type(str(text))

    def keys(self, *keys):
        for key in keys:
            self.page.keyboard.press(key)

    def wait_for_focus(self, selector):
        """Wait until something that matches has the focus, and look whether that can be seen."""
        self.page.wait_for_function("s => document.activeElement?.matches(s)", arg=selector)
        self.look()

    def look(self):
        fault = self.page.evaluate(FAULT)
        assert not fault, f"{fault} on {self.page.url}"
