/* A drawing that is larger than its box shows the present state in the middle, else its beginning. */
(() => {
  const centre = (box) => {
    if (!box.clientHeight) return;
    const present = box.querySelector(".present");
    const mark = (present ?? box.querySelector(".begin"))?.getBoundingClientRect();
    if (!mark) return;
    const frame = box.getBoundingClientRect();
    box.scrollLeft += mark.left + mark.width / 2 - (frame.left + frame.width / 2);
    if (present) box.scrollTop += mark.top + mark.height / 2 - (frame.top + frame.height / 2);
  };
  const centreAll = (within) => within.querySelectorAll(".drawing__box").forEach(centre);
  centreAll(document);
  document.addEventListener("toggle", (event) => centreAll(event.target), true);
})();
