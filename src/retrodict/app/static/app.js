// All of this is a help: every page works without it.
"use strict";

function inBytes(count) {
  let size = count, words = ["bytes", "KB", "MB", "GB"], at = 0;
  while (size >= 1024 && at < 3) { size /= 1024; at += 1; }
  return at ? size.toFixed(1) + " " + words[at] : size + " bytes";
}

// A file that is too large is told before it is sent.
for (const form of document.querySelectorAll("form")) {
  const fault = form.querySelector("p.fault");
  form.addEventListener("submit", (event) => {
    const button = event.submitter;
    if (button && button.dataset.confirm && !window.confirm(button.dataset.confirm)) { event.preventDefault(); return; }
    for (const input of form.querySelectorAll("input[type=file][data-most]")) {
      const file = input.files[0], most = Number(input.dataset.most);
      if (file && file.size > most && fault) {
        event.preventDefault();
        fault.hidden = false;
        fault.textContent = "“" + file.name.slice(0, 200) + "” has " + inBytes(file.size) + ", and a file may have " +
          inBytes(most) + " here; audit it on the command line (retrodict audit), which has no such limit.";
        input.focus();
        return;
      }
    }
    if (form.dataset.sending) { form.querySelector(".sending").textContent = form.dataset.sending; }
    if (button) { button.disabled = true; }  // pressed twice, a button would do twice what it does
  });
}

// A browser that goes back shows the page as it was left: its button works again.
window.addEventListener("pageshow", () => {
  for (const button of document.querySelectorAll("button:disabled")) { button.disabled = false; }
  for (const text of document.querySelectorAll(".sending")) { text.textContent = ""; }
});

// Who chooses a file of their own means that standard.
for (const input of document.querySelectorAll("input[data-own]")) {
  input.addEventListener("change", () => {
    const own = document.querySelector("input[name=" + input.dataset.own + "][value=own]");
    if (own && input.files.length) { own.checked = true; }
  });
}

// Progress, until the work is over; then the page is fetched anew.
const busy = document.querySelector("[data-state]");
if (busy) {
  const line = document.getElementById("line"), bar = document.getElementById("bar");
  let failures = 0;
  const look = async () => {
    try {
      const answer = await fetch(busy.dataset.state, { cache: "no-store" });
      if (!answer.ok) { window.location.reload(); return; }
      const state = await answer.json();
      failures = 0;
      if (!state.at_work) { window.location.reload(); return; }
      let text = state.line;
      if (state.seconds === null) {
        text = "Waits for its turn" + (state.before ? ": " + state.before + " before it" : "") + ".";
      } else if (state.steps) {
        text = "Part " + state.step + " of " + state.steps + ": " + state.line;
        bar.max = state.steps;
        bar.value = Math.max(state.step - 1, 0);
      }
      if (line.textContent !== text) { line.textContent = text; }
    } catch (error) {
      failures += 1;
      if (failures > 3) { line.textContent = "The app does not answer: it may have been ended where it was started."; }
    }
    window.setTimeout(look, failures > 3 ? 5000 : 1000);
  };
  window.setTimeout(look, 1000);
}
