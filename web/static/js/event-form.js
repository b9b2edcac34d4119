/* Keeps the amount in an event's button true while it is typed. */
(() => {
  const minor_free = (text) => {
    const plain = text.trim().replace(/[\s'’]/g, "");
    const point = Math.max(plain.lastIndexOf("."), plain.lastIndexOf(","));
    const whole = point < 0 ? plain : plain.slice(0, point).replace(/[.,]/g, "");
    const value = Number(point < 0 ? whole : `${whole}.${plain.slice(point + 1)}`);
    return plain === "" || Number.isNaN(value) ? null : value;
  };

  const refresh = (form) => {
    const button = form.querySelector("[data-send]");
    const amounts = [...form.querySelectorAll("[data-money]")].map((input) => minor_free(input.value));
    if (!button || !amounts.length) return;
    const { label, currency, locale } = button.dataset;
    const known = amounts.filter((amount) => amount !== null);
    const sum = known.reduce((total, amount) => total + amount, 0);
    const money = new Intl.NumberFormat(locale, { style: "currency", currency });
    button.textContent = known.length === amounts.length ? `${label} ${money.format(sum)}` : label;
  };

  document.querySelectorAll("[data-event-form]").forEach(refresh);
  document.addEventListener("input", (event) => {
    const form = event.target.closest("[data-event-form]");
    if (form) refresh(form);
  });
})();
