/* Opens the form of a linked page ([data-dialog]) in a <dialog>. Without this, it is a page. */
(() => {
  const shown = document.createElement("dialog");
  shown.className = "dialog";
  document.body.append(shown);
  shown.addEventListener("close", () => shown.replaceChildren());

  document.addEventListener("click", async (event) => {
    const link = event.target.closest("a[data-dialog]");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
    event.preventDefault();
    try {
      const answer = await fetch(link.href, { headers: { "X-Requested-With": "fetch" } });
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      const content = page.querySelector("[data-dialog-content]");
      if (!answer.ok || answer.redirected || !content) throw new Error("not a form");
      shown.replaceChildren(document.adoptNode(content));
      const title = shown.querySelector("h1, h2");
      if (title) {
        title.id ||= "dialog-title";
        shown.setAttribute("aria-labelledby", title.id);
      }
      shown.showModal();
      (shown.querySelector("[autofocus], .form input:not([type=hidden]), .form select, .form textarea, .button--primary"))?.focus();
      document.dispatchEvent(new CustomEvent("redress:shown", { detail: shown }));
    } catch {
      location.assign(link.href);
    }
  });

  shown.addEventListener("click", (event) => {
    const gives_up = event.target.closest("[data-dialog-close]");
    if (gives_up) event.preventDefault();
    if (gives_up || event.target === shown) shown.close();
  });
})();
