"use strict";
// Nothing here is needed to use the pages; it only makes them a little kinder.
const summary = document.querySelector("[data-focus]");
if (summary) summary.focus();

// Ask before leaving a page with unsaved changes.
for (const form of document.querySelectorAll("form[data-guard]")) {
  let dirty = false;
  form.addEventListener("change", () => { dirty = true; });
  form.addEventListener("submit", () => { dirty = false; });
  addEventListener("beforeunload", (event) => { if (dirty) event.preventDefault(); });
}

// Count the marked people of a roll call as they are tapped.
for (const roll of document.querySelectorAll("form.roll")) {
  const bar = roll.querySelector("progress");
  if (!bar) continue;
  roll.addEventListener("change", () => {
    bar.value = roll.querySelectorAll("fieldset :checked").length;
    bar.nextElementSibling.textContent = `${bar.value}/${bar.max}`;
  });
}

// One open menu at a time; Escape closes it.
const menus = document.querySelectorAll("details.menu");
addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  for (const menu of menus) if (menu.open) { menu.open = false; menu.querySelector("summary").focus(); }
});
addEventListener("click", (event) => {
  for (const menu of menus) if (!menu.contains(event.target)) menu.open = false;
});
