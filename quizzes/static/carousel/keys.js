// Keyboard shortcuts. Any link, button or field may carry data-key="r", "1 Space" or "Alt+h"; pressing it does what a click does.
// Single keys act only outside of fields, and not at all when the reader has switched them off (cookie keys=off, page /theme/).

const PLACES = { t: ["/", "Today"], l: ["/lessons/", "Lessons"], c: ["/cards/", "Cards"] };
const single = () => !/(^|; )keys=off/.test(document.cookie);
let afterG = 0;

function pressed(event) {
  if (event.altKey) return `Alt+${event.code.startsWith("Key") ? event.code.slice(3).toLowerCase() : event.key}`;
  return event.key === " " ? "Space" : event.key;
}

const typing = (element) => element.closest("input, select, textarea, [contenteditable]");
const native = (element, key) => (key === "Space" || key === "Enter") && element.closest("button, a, summary, audio");

function bearer(key) {
  return [...document.querySelectorAll(`[data-key~="${CSS.escape(key)}"]`)].find((e) => e.checkVisibility() && !e.disabled);
}

function act(key) {
  if (key === "?") return showKeys();
  if (key === "/") return search();
  if (performance.now() - afterG < 1500 && PLACES[key]) return location.assign(PLACES[key][0]);
  afterG = key === "g" ? performance.now() : 0;
  const element = bearer(key);
  if (!element) return false;
  if (typing(element)) element.focus();
  else element.click();
}

function search() {
  const field = document.querySelector("main input[type=search]");
  if (field) field.focus();
  else location.assign("/search/");
}

document.addEventListener("keydown", (event) => {
  if (event.repeat || event.ctrlKey || event.metaKey || event.defaultPrevented || document.querySelector("dialog[open]")) return;
  const key = pressed(event);
  if (!event.altKey && (!single() || typing(event.target) || native(event.target, key))) return;
  if (act(key) !== false) event.preventDefault();
});

// What scrolls sideways can be reached by keyboard, and only then: a formula that fits is no stop on the way.
function openScrollers() {
  document.querySelectorAll("main :is(.formula, .evaluated, pre, p)").forEach((area) => {
    if (area.scrollWidth > area.clientWidth && getComputedStyle(area).overflowX !== "visible") area.tabIndex = 0;
    else if (area.tabIndex === 0) area.removeAttribute("tabindex");
  });
}
openScrollers();
addEventListener("resize", openScrollers);
document.body.addEventListener("htmx:afterSettle", openScrollers);

// The list under "?": the fixed keys, then what this page offers.
function showKeys() {
  const dialog = document.createElement("dialog");
  dialog.setAttribute("aria-labelledby", "keys-title");
  dialog.innerHTML = '<h2 id="keys-title">Keys</h2><dl class="keys"></dl>'
    + '<p class="small">Single keys act outside of fields only. <a href="/theme/">Switch them off</a></p>'
    + '<form method="dialog"><button class="btn plain" autofocus>Close</button></form>';
  const rows = Object.entries(PLACES).map(([key, [, name]]) => [`g ${key}`, name]);
  rows.push(["/", "Search"], ["?", "This list"], ...onThisPage());
  dialog.querySelector("dl").append(...rows.flatMap(([key, name]) => [item("dt", "kbd", key), item("dd", "span", name)]));
  dialog.addEventListener("close", () => dialog.remove());
  document.body.append(dialog);
  dialog.showModal();
}

function onThisPage() {
  return [...document.querySelectorAll("[data-key]")].filter((e) => e.checkVisibility())
    .map((e) => [e.dataset.key.replaceAll(" ", " or "), e.ariaLabel || e.labels?.[0]?.textContent.trim() || label(e)]);
}

function label(element) {
  const copy = element.cloneNode(true);
  copy.querySelectorAll("kbd, small").forEach((e) => e.remove());
  return copy.textContent.trim();
}

function item(outer, inner, text) {
  const element = document.createElement(outer);
  element.append(Object.assign(document.createElement(inner), { textContent: text }));
  return element;
}

// Number fields: a sign key where a phone's keypad has none, and a note that a checked answer was edited since.
const touch = matchMedia("(pointer: coarse)");

function addSignKey(input) {
  if (input.closest(".sign") || input.readOnly) return;
  const holder = Object.assign(document.createElement("span"), { className: "sign" });
  const key = Object.assign(document.createElement("button"), { type: "button", textContent: "±" });
  key.setAttribute("aria-label", `Change the sign of ${input.labels?.[0]?.textContent.trim() ?? "this number"}`);
  key.addEventListener("pointerdown", (event) => event.preventDefault());  // the keypad stays open
  key.addEventListener("click", () => turn(input));
  const focused = document.activeElement === input;
  input.replaceWith(holder);
  holder.append(key, input);
  if (focused) input.focus();
}

function turn(input) {
  const value = input.value.trim();
  input.value = /^[-−]/.test(value) ? value.slice(1) : `-${value}`;
  input.dispatchEvent(new Event("input", { bubbles: true }));
}

function dress(root) {
  if (touch.matches) root.querySelectorAll?.("input[inputmode=decimal]").forEach(addSignKey);
}

document.addEventListener("input", ({ target }) => {
  const step = target.closest(".step");
  if (!step || step.dataset.state === "empty" || "stale" in step.dataset) return;
  step.dataset.stale = "";
  const note = Object.assign(document.createElement("span"), { className: "stale", textContent: "Edited since the last check." });
  step.querySelector(".say").append(note);
});
document.body.addEventListener("htmx:afterSettle", (event) => dress(event.target));
dress(document);
