/* A drawing that is larger than its box shows the present state in the middle. */
(() => {
  const centre = (box) => {
    const present = box.querySelector(".present");
    if (!present || !box.clientHeight) return;
    const frame = box.getBoundingClientRect();
    const mark = present.getBoundingClientRect();
    box.scrollLeft += mark.left + mark.width / 2 - (frame.left + frame.width / 2);
    box.scrollTop += mark.top + mark.height / 2 - (frame.top + frame.height / 2);
  };
  const centreAll = (within) => within.querySelectorAll(".drawing__box").forEach(centre);
  centreAll(document);
  document.addEventListener("toggle", (event) => centreAll(event.target), true);
})();
