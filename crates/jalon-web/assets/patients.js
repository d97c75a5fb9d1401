// Keys for the list of patients. Everything it does, the page does without it:
// keys act inside the list only, and each ends in a form of the page.
"use strict";

(() => {
  const list = document.getElementById("liste");
  if (!list) return;
  const rows = Array.from(list.tBodies[0].rows);
  const says = document.getElementById("dit");
  const help = document.getElementById("touches");
  const undo = document.getElementById("defaire");
  const search = document.getElementById("recherche");
  const all = document.getElementById("tous");

  // A region that speaks says a thing again only when its text has changed.
  const announce = (text) => {
    says.textContent = "";
    setTimeout(() => { says.textContent = text; }, 50);
  };

  const row_of = (node) => node.closest("tbody tr");
  const outcome_of = (row) => row.querySelector("details");

  const go = (row) => {
    for (const one of rows) one.tabIndex = one === row ? 0 : -1;
    row.focus();
    row.scrollIntoView({ block: "nearest" });
  };

  const move = (row, by) => {
    const next = rows[rows.indexOf(row) + by];
    if (next) go(next);
    else if (by > 0 && list.dataset.after) location.assign(list.dataset.after + "#liste");
  };

  const open = (row) => {
    const outcome = outcome_of(row);
    outcome.open = true;
    const select = outcome.querySelector("select[name=etat]");
    // The keys are told where they serve, once.
    for (const option of select.options) {
      const key = option.dataset.key;
      if (key && !option.text.startsWith(key)) option.text = key + " · " + option.text;
    }
    select.focus();
    return select;
  };

  const close = (row) => {
    outcome_of(row).open = false;
    go(row);
  };

  const choose = (select, key) => {
    const found = Array.from(select.options).find((option) => option.dataset.key === key);
    if (!found) return false;
    select.value = found.value;
    announce(found.text);
    return true;
  };

  // Says what is missing, or on whom to stand when the page comes back: the
  // next patient.
  const is_ready = (row, form) => {
    const option = form.elements.etat.selectedOptions[0];
    const reason = form.elements.motif;
    if ("reason" in option.dataset && !reason.value.trim()) {
      announce(list.dataset.reason);
      reason.setAttribute("aria-invalid", "true");
      reason.focus();
      return false;
    }
    const next = rows[rows.indexOf(row) + 1];
    form.elements.suite.value = (next || row).id.slice(2);
    return true;
  };

  // Digits by their place on the keyboard: on a French one they want no shift.
  const key_of = (event) => {
    const digit = /^(?:Digit|Numpad)([0-9])$/.exec(event.code);
    return digit && !event.shiftKey ? digit[1] : event.key;
  };

  const on_row = (event, row) => {
    const key = key_of(event);
    switch (key) {
      case "j": case "ArrowDown": move(row, 1); break;
      case "k": case "ArrowUp": move(row, -1); break;
      case "Home": go(rows[0]); break;
      case "End": go(rows[rows.length - 1]); break;
      case "o": case "Enter": open(row); break;
      case "x": row.querySelector(".pick input").click(); break;
      case "u":
        if (!undo) return;
        undo.elements.suite.value = row.id.slice(2);
        undo.requestSubmit();
        break;
      case "/": search.focus(); break;
      case "?": help.open = !help.open; break;
      default: {
        const known = row.querySelector("option[data-key=\"" + CSS.escape(key) + "\"]");
        if (!known) return;
        choose(open(row), key);
      }
    }
    event.preventDefault();
  };

  const in_form = (event, row) => {
    const target = event.target;
    if (event.key === "Escape") close(row);
    else if (target.name === "etat" && event.key === "Enter") target.form.requestSubmit();
    else if (!(target.name === "etat" && choose(target, key_of(event)))) return;
    event.preventDefault();
  };

  list.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey || event.defaultPrevented) return;
    const row = row_of(event.target);
    if (!row) return;
    if (event.target === row) on_row(event, row);
    else if (event.target.closest("form")) in_form(event, row);
  });

  list.addEventListener("submit", (event) => {
    const row = row_of(event.target);
    if (row && !is_ready(row, event.target)) event.preventDefault();
  });

  list.addEventListener("focusin", (event) => {
    const row = row_of(event.target);
    if (row) for (const one of rows) one.tabIndex = one === row ? 0 : -1;
  });

  for (const row of rows) row.tabIndex = -1;
  rows[0].tabIndex = 0;
  help.hidden = false;
  all.hidden = false;
  all.addEventListener("change", () => {
    for (const box of list.querySelectorAll("tbody .pick input")) box.checked = all.checked;
  });

  // The address says on whom to stand, or that the list is where to go.
  const land = () => {
    if (location.hash === "#liste") go(rows[0]);
    const asked = rows.find((row) => location.hash === "#" + row.id);
    if (asked) go(asked);
  };
  addEventListener("hashchange", land);
  land();
  const told = document.getElementById("annonce");
  if (told) announce(told.textContent);
})();
