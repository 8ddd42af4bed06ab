// One quantity, one data-q: what is pointed at, reached or tapped in one view lights up in all of them, with its sentence.
// Sliders and number fields are pairs; htmx fetches what follows from them.

const all = (name) => document.querySelectorAll(`.linked [data-q="${CSS.escape(name)}"], .linked .edge-${CSS.escape(name)}`);
let lit = "";

function light(name) {
  document.querySelectorAll(".linked .lit").forEach((part) => part.classList.remove("lit"));
  lit = name;
  if (!name) return;
  all(name).forEach((part) => part.classList.add("lit"));
  const sentence = document.getElementById(`say-${name}`);
  if (sentence) document.getElementById("about").textContent = sentence.textContent;
}

for (const type of ["pointerover", "focusin", "click"]) {
  document.addEventListener(type, ({ target }) => {
    const part = target.closest?.(".linked [data-q]");
    if (part) light(part.dataset.q);
  });
}

// Up and down move through the table of values, the list of all quantities.
document.addEventListener("keydown", (event) => {
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (!step || !event.target.matches?.("button.pick")) return;
  const letters = [...document.querySelectorAll("button.pick")];
  letters[letters.indexOf(event.target) + step]?.focus();
  event.preventDefault();
});

document.addEventListener("input", ({ target }) => {
  const field = target.dataset.of && document.getElementById(target.dataset.of);
  if (field) field.value = target.value;
  const slider = document.querySelector(`[data-of="${CSS.escape(target.id)}"]`);
  if (target.id && slider) slider.value = target.value.replace(",", ".").replace("−", "-");
}, true);

// What the reader has opened stays open when new numbers come.
const opened = new Set();
const title = (details) => details.querySelector("summary")?.textContent;
document.addEventListener("toggle", ({ target }) => opened[target.open ? "add" : "delete"](title(target)), true);
document.addEventListener("htmx:afterSwap", () => {
  document.querySelectorAll("#bench details").forEach((each) => { each.open ||= opened.has(title(each)); });
});

document.addEventListener("htmx:afterSettle", ({ detail }) => {
  light(lit);
  if (detail.requestConfig?.triggeringEvent?.submitter?.name !== "to") return;
  document.querySelector(".in-turn > [aria-current]")?.scrollIntoView({ block: "nearest" });
});

const copy = document.getElementById("copy");
copy.hidden = !navigator.clipboard;
copy.addEventListener("click", async () => {
  await navigator.clipboard.writeText(location.href);
  document.getElementById("copied").textContent = "Copied.";
});
