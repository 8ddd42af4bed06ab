// One quantity, one data-q: what is pointed at, reached or tapped in one view lights up in all of them, with its sentence.
// Sliders and number fields are pairs; htmx fetches what follows from them.

const all = (name, where = ".linked") =>
  document.querySelectorAll(`${where} [data-q="${CSS.escape(name)}"], ${where} .edge-${CSS.escape(name)}`);
const bench = () => document.getElementById("bench");
let lit = "";

function light(name) {
  document.querySelectorAll(".linked .lit").forEach((part) => part.classList.remove("lit"));
  lit = name;
  if (!name) return;
  const inDiagram = all(name, ".linked svg").length ? [] : all(name.replace(/^a_?/, "") || "h", ".linked svg");  // a sum is in its gate's box
  [...all(name), ...inDiagram].forEach((part) => part.classList.add("lit"));
  const about = document.getElementById("about");
  if (about) about.textContent = document.getElementById(`say-${name}`)?.textContent ?? "";
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

// A slider and its field are a pair. What is typed may lie beyond the slider's ends, which then move; what is no number
// leaves it where it is.
function written(text) {
  const [over, under = "1"] = text.trim().replace(",", ".").replace("−", "-").split("/");
  return over === "" ? NaN : over / under;
}

function slide(slider, value) {
  if (!Number.isFinite(value)) return;
  slider.min = Math.min(slider.min, value);
  slider.max = Math.max(slider.max, value);
  slider.value = value;
}

document.addEventListener("input", ({ target }) => {
  const field = target.dataset.of && document.getElementById(target.dataset.of);
  if (field) field.value = target.value;
  const slider = target.id && document.querySelector(`[data-of="${CSS.escape(target.id)}"]`);
  if (slider) slide(slider, written(target.value));
}, true);

document.addEventListener("keydown", (event) => {
  const far = { PageUp: 0.5, PageDown: -0.5 }[event.key];
  if (!far || !event.target.matches?.("#bench [type=range]")) return;
  event.preventDefault();
  event.target.value = Math.round(10 * (Number(event.target.value) + far)) / 10;
  event.target.dispatchEvent(new Event("input", { bubbles: true }));
});

// What keeps its place at an edge of the screen covers nothing that is in use; the room is said in the stylesheet.
const uncover = (part) => part?.matches(":focus-visible") && part.scrollIntoView({ block: "nearest" });
document.addEventListener("focusin", ({ target }) => { if (target.closest("#bench")) uncover(target); });

// The field whose number was refused says so, until a number is taken.
document.addEventListener("htmx:afterRequest", ({ detail }) => {
  if (detail.elt !== bench()) return;
  bench().querySelectorAll("[data-refused]").forEach((field) => describe(field, field.dataset.refused, false));
  const field = detail.requestConfig.triggeringEvent?.target;
  if (detail.xhr.status === 422 && field?.matches?.("input[name]")) {
    field.dataset.refused = field.getAttribute("aria-describedby") ?? "";
    describe(field, `refusal ${field.dataset.refused}`.trim(), true);
    uncover(document.activeElement);
  }
});

function describe(field, by, refused) {
  if (refused) field.setAttribute("aria-invalid", "true");
  else {
    field.removeAttribute("aria-invalid");
    delete field.dataset.refused;
  }
  if (by) field.setAttribute("aria-describedby", by);
  else field.removeAttribute("aria-describedby");
}

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
  const copied = document.getElementById("copied");
  try {
    await navigator.clipboard.writeText(location.href);
    copied.textContent = "Copied.";
  } catch {
    copied.textContent = "The browser does not let pages copy; the link stands in its address bar.";
  }
  setTimeout(() => { copied.textContent = ""; }, 6000);
});
