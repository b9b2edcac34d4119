/* Buttons for ticked rows: each says how many it is for, and is grey where one cannot take it. */
(() => {
  const bar = document.querySelector("[data-ticked]");
  if (!bar) return;
  const boxes = [...document.querySelectorAll("input[name=item][data-takes]")];
  const all = document.querySelector("[data-tick-all]");
  const hint = bar.querySelector("[data-ticked-hint]");
  if (hint) hint.dataset.words = hint.textContent;

  const refresh = () => {
    const ticked = boxes.filter((box) => box.checked);
    if (all) {
      all.checked = ticked.length === boxes.length && boxes.length > 0;
      all.indeterminate = ticked.length > 0 && !all.checked;
    }
    let greys = 0;
    for (const button of bar.querySelectorAll("[data-ticked-event]")) {
      const { tickedEvent, label } = button.dataset;
      const able = ticked.filter((box) => box.dataset.takes.split(" ").includes(tickedEvent));
      const count = ticked.length === 1 ? "1 item" : `${ticked.length} items`;
      button.hidden = able.length === 0;
      button.textContent = `${label} ${count}`;
      const blocked = able.length < ticked.length;
      if (blocked && able.length) greys += 1;
      button.setAttribute("aria-disabled", String(blocked));
      const cannot = ticked.length - able.length;
      button.title = blocked ? `${cannot} of the ticked items cannot take this now` : "";
    }
    if (!hint) return;
    hint.textContent = greys ? "Grey: not all of the ticked items can take it." : hint.dataset.words;
    hint.hidden = ticked.length > 0 && !greys;
  };

  bar.addEventListener("click", (event) => {
    const button = event.target.closest("[data-ticked-event]");
    if (!button) return;
    event.preventDefault();
    if (button.getAttribute("aria-disabled") === "true") return;
    const opener = document.createElement("a");
    opener.href = `${button.formAction}?${new URLSearchParams(new FormData(bar))}`;
    opener.dataset.dialog = "";
    bar.append(opener);
    opener.click();
    opener.remove();
  });
  document.addEventListener("change", (event) => {
    if (event.target === all) boxes.forEach((box) => (box.checked = all.checked));
    if (event.target === all || boxes.includes(event.target)) refresh();
  });
  addEventListener("pageshow", refresh);
  refresh();
})();
