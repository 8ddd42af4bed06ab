// Three small services to number fields: a sign key where the phone's keypad has none, a note that a checked answer was edited
// since, and a slider that keeps in step with its number field (data-pair="id of the other").

const touch = matchMedia("(pointer: coarse)");

function addSignKey(input) {
  if (input.closest(".sign") || input.readOnly) return;
  const holder = Object.assign(document.createElement("span"), { className: "sign" });
  const key = Object.assign(document.createElement("button"), { type: "button", textContent: "±" });
  key.setAttribute("aria-label", `Change the sign of ${input.labels?.[0]?.textContent.trim() ?? "this number"}`);
  key.addEventListener("pointerdown", (event) => event.preventDefault());  // the keypad stays open
  key.addEventListener("click", () => turn(input));
  input.replaceWith(holder);
  holder.append(key, input);
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
  if (step && step.dataset.state !== "empty") step.dataset.stale = "";
  const other = target.dataset.pair && document.getElementById(target.dataset.pair);
  if (other) other.value = target.value;
});
document.body.addEventListener("htmx:afterSettle", (event) => dress(event.target));
dress(document);
