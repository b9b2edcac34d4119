/* The claiming form with less typing: select all, fitting resolutions only, what it is worth. */
(() => {
  const form = document.querySelector("[data-claim]");
  if (!form?.querySelector("[data-select-all]")) return; /* nothing can be claimed */
  const allowed = JSON.parse(form.dataset.allowed);
  const money = new Intl.NumberFormat(form.dataset.locale, { style: "currency", currency: form.dataset.currency });
  const unit = 10 ** money.resolvedOptions().maximumFractionDigits;
  const lines = [...form.querySelectorAll("[data-line]")].filter((line) => line.querySelector("[data-reason]"));
  const all = form.querySelector("[data-select-all]");
  const same = form.querySelector("[data-same-for-all]");
  const summary = form.querySelector("[data-summary]");

  const box = (line) => line.querySelector("input[type=checkbox]");
  const ticked = () => lines.filter((line) => box(line).checked);
  const quantity = (line) => Number(line.querySelector("input[type=number]").value);

  /* Piece k of n is worth floor(P·k/n) − floor(P·(k−1)/n), the lowest free pieces first. */
  const worth = (line) => {
    const [paid, bought] = [Number(line.dataset.paid), Number(line.dataset.bought)];
    let wanted = quantity(line);
    let total = 0;
    for (const [lower, upper] of JSON.parse(line.dataset.free)) {
      const end = Math.min(upper, lower + wanted);
      if (end <= lower) break;
      total += Math.floor((paid * (end - 1)) / bought) - Math.floor((paid * (lower - 1)) / bought);
      wanted -= end - lower;
    }
    return wanted === 0 ? total : null;
  };

  const narrow = (line) => {
    const fitting = allowed[line.querySelector("[data-reason]").value] ?? [];
    const resolution = line.querySelector("[data-resolution]");
    for (const option of resolution.options) {
      option.hidden = option.disabled = !fitting.includes(option.value);
    }
    if (!fitting.includes(resolution.value)) resolution.value = fitting[0] ?? "";
  };

  const show = () => {
    let total = 0;
    for (const line of lines) {
      const amount = worth(line);
      line.querySelector("[data-worth]").textContent = amount === null ? "—" : money.format(amount / unit);
      line.querySelector("[data-worth-note]").textContent = "";
      if (box(line).checked) total += amount ?? 0;
    }
    const count = ticked().length;
    const things = count === 1 ? "1 item" : `${count} items`;
    summary.textContent = count ? `${things}, worth ${money.format(total / unit)}` : "Nothing is ticked yet.";
    all.textContent = count === lines.length ? "Select none" : "Select all";
    same.disabled = count < 2;
  };

  all.addEventListener("click", (event) => {
    event.preventDefault();
    const on = ticked().length !== lines.length;
    lines.forEach((line) => (box(line).checked = on));
    show();
  });

  same.addEventListener("click", () => {
    const [first, ...others] = ticked();
    for (const line of others) {
      line.querySelector("[data-reason]").value = first.querySelector("[data-reason]").value;
      narrow(line);
      line.querySelector("[data-resolution]").value = first.querySelector("[data-resolution]").value;
    }
    show();
  });

  form.addEventListener("input", (event) => {
    const line = event.target.closest("[data-line]");
    if (line) {
      if (event.target.matches("[data-reason]")) narrow(line);
      if (event.target !== box(line)) box(line).checked = true;
    }
    show();
  });

  lines.forEach(narrow);
  show();
})();
