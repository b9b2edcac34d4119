/* On a narrow screen the present tab is scrolled into sight. */
(() => {
  document.querySelectorAll(".tabs, .top__nav").forEach((bar) => {
    const here = bar.querySelector("[aria-current]");
    if (here) bar.scrollLeft = here.offsetLeft - bar.offsetLeft - (bar.clientWidth - here.offsetWidth) / 2;
  });
})();
