/* The keys of the back office; `?` lists them. Rows are [data-row], their link [data-open]. */
(() => {
  const help = document.getElementById("keyboard-help");
  const opener = document.querySelector("[data-keyboard-help]");
  if (help && opener) {
    opener.hidden = false;
    opener.addEventListener("click", () => help.showModal());
  }

  const rows = () => [...document.querySelectorAll("[data-row]")];
  let current = -1;
  let goes = false;

  const mark = (index) => {
    const all = rows();
    if (!all.length) return;
    all[current]?.classList.remove("is-current");
    current = Math.max(0, Math.min(index, all.length - 1));
    const row = all[current];
    row.classList.add("is-current");
    row.scrollIntoView({ block: "nearest" });
    (row.querySelector("[data-open]") ?? row.querySelector("a, input"))?.focus({ preventScroll: true });
  };

  const press = (selector) => {
    const target = document.querySelector(selector);
    target?.click();
    return Boolean(target);
  };

  const keys = {
    "/": () => {
      const search = document.querySelector("[data-search]");
      search?.focus();
      search?.select();
      return Boolean(search);
    },
    j: () => (mark(current + 1), true),
    k: () => (mark(current - 1), true),
    x: () => {
      const box = rows()[current]?.querySelector("input[type=checkbox]:not(:disabled)");
      box?.click();
      return Boolean(box);
    },
    g: () => {
      goes = true;
      setTimeout(() => (goes = false), 1200);
      return true;
    },
    n: () => press("[data-key='n']"),
    a: () => press("[data-key='a']"),
    "?": () => (help?.showModal(), true),
  };

  document.addEventListener("focusin", (event) => {
    const row = event.target.closest("[data-row]");
    if (!row) return;
    const all = rows();
    all[current]?.classList.remove("is-current");
    current = all.indexOf(row);
  });

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    const isTyping = event.target.closest("textarea, select, [contenteditable], input:not([type=checkbox])");
    if (isTyping || document.querySelector("dialog[open]")) return;
    if (goes) {
      goes = false;
      if (press(`[data-go='${CSS.escape(event.key)}']`)) event.preventDefault();
      return;
    }
    if (keys[event.key]?.()) event.preventDefault();
  });
})();
