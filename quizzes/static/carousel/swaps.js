// What a swap owes the reader besides the new text: word that it is on its way, word when it fails, and a place for the focus.
// A fragment names that place with data-focus (a heading, an error summary); without it the focus stays where it is.

const banner = document.getElementById("banner");
const main = document.getElementById("main");
const AWAY = "No connection to the server. What you typed is still here; nothing of it has been sent.";
const LATE = "The server has not answered in time. What you typed is still here, and sending it again is safe.";
const BROKEN = "Something went wrong on the server. What you typed is still here.";

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
  if (xhr.status && (xhr.status < 400 || xhr.status === 422)) clear();
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
on("sendError", (detail) => say(AWAY, again(detail)));
on("timeout", (detail) => say(LATE, again(detail)));
banner.addEventListener("click", (event) => { if (event.target.closest("[data-dismiss]")) clear(); });
addEventListener("offline", () => say(AWAY));
addEventListener("online", clear);
