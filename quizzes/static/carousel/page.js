// What every page does: it swaps in what the server sends, answers to keys, and helps with numbers on a phone.

// What a swap owes the reader besides the new text: word that it is on its way, word when it fails, and a place for the focus.
// A fragment names that place with data-focus (a heading, an error summary); without it the focus stays where it is.

const banner = document.getElementById("banner");
const main = document.getElementById("main");
const AWAY = "No connection to the server. What you typed is still here; nothing of it has been sent.";
const LATE = "The server has not answered in time. What you typed is still here, and sending it again is safe.";
const BROKEN = "Something went wrong on the server. What you typed is still here.";

let since = new Date();  // what is shown was right then
let waiting;  // asked for in vain for want of a connection

// Where what is shown is computed, it is said from when.
function dated(sentence, { target }) {
  const shown = target?.closest?.("[data-dated]")?.dataset.dated;
  return shown ? `${sentence} ${shown} ${since.toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" })}.` : sentence;
}

function say(sentence, retry) {
  const words = document.createElement("p");
  words.textContent = sentence;
  banner.hidden = false;
  banner.replaceChildren(words);
  if (retry) banner.append(retryButton(retry));
}

function retryButton(retry) {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "btn plain";
  button.textContent = "Try again";
  button.addEventListener("click", () => { clear(); retry(); });
  return button;
}

function clear() {
  banner.hidden = true;
  banner.replaceChildren();
}

// The same action once more: the form with the button that sent it, else the event that started the request.
function again({ elt, requestConfig }) {
  const cause = requestConfig?.triggeringEvent;
  return () => {
    if (elt instanceof HTMLFormElement) elt.requestSubmit(elt.contains(cause?.submitter) ? cause.submitter : undefined);
    else if (!cause || cause.type === "click") elt.click();
    else elt.dispatchEvent(new Event(cause.type, { bubbles: true }));
  };
}

function placeFocus(swapped) {
  const wish = swapped.matches?.("[data-focus]") ? swapped : swapped.querySelector?.("[data-focus]");
  if (wish) {
    wish.focus();
    wish.closest(".step")?.scrollIntoView({ block: "nearest" });  // with what is said about it, not the field alone
  }
  else if (document.activeElement === document.body) main.focus({ preventScroll: true });
}

const on = (name, act) => document.body.addEventListener(`htmx:${name}`, (event) => act(event.detail, event));

on("beforeRequest", ({ target }) => target.setAttribute("aria-busy", "true"));
on("afterRequest", ({ target, xhr }) => {
  target.removeAttribute("aria-busy");
  if (!xhr.status || (xhr.status >= 400 && xhr.status !== 422)) return;
  clear();
  since = new Date();
  waiting = undefined;
});
on("beforeSwap", (detail) => {
  if (detail.target !== banner) return;
  banner.hidden = false;
  if (!detail.serverResponse || /<html/i.test(detail.serverResponse)) {  // not a fragment of ours: a proxy's own page
    detail.shouldSwap = false;
    say(BROKEN, again(detail));
  }
});
on("afterSettle", (_, event) => { if (event.target.id !== "live") placeFocus(event.target); });
on("sendError", (detail) => {
  if (detail.requestConfig?.verb === "get") waiting = again(detail);  // what changes nothing is asked again by itself
  say(dated(AWAY, detail), again(detail));
});
on("timeout", (detail) => say(dated(LATE, detail), again(detail)));
banner.addEventListener("click", (event) => { if (event.target.closest("[data-dismiss]")) clear(); });
addEventListener("offline", () => say(AWAY));
addEventListener("online", () => {
  clear();
  waiting?.();
  waiting = undefined;
});

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
