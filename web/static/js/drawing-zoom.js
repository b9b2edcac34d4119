/* A large drawing in its box: buttons, keys and Ctrl with the wheel change its size, dragging moves
   it. The box itself scrolls, so touch, arrow keys and pages without scripts need nothing of this. */
(() => {
  const SMALLEST = 0.2;
  const LARGEST = 3;
  const STEP = 1.25;
  const READABLE = 0.8;

  const prepare = (box) => {
    const svg = box.querySelector("svg");
    if (!svg) return;
    const tools = document.querySelector(`[data-zoom-for="${box.id}"]`);
    const width = svg.width.baseVal.value;
    const height = svg.height.baseVal.value;
    let scale = 1;

    /* The point of the drawing under (x, y) of the box stays where it is. */
    const resize = (wanted, x = box.clientWidth / 2, y = box.clientHeight / 2) => {
      const next = Math.min(LARGEST, Math.max(SMALLEST, wanted));
      const before = svg.getBoundingClientRect();
      const frame = box.getBoundingClientRect();
      const left = (frame.left + x - before.left) / before.width;
      const top = (frame.top + y - before.top) / before.height;
      scale = next;
      svg.setAttribute("width", width * scale);
      svg.setAttribute("height", height * scale);
      const after = svg.getBoundingClientRect();
      box.scrollLeft += after.left + left * after.width - (frame.left + x);
      box.scrollTop += after.top + top * after.height - (frame.top + y);
      const said = tools?.querySelector("[data-zoom-size]");
      if (said) said.textContent = `${Math.round(scale * 100)} %`;
    };
    const style = getComputedStyle(box);
    const across = parseFloat(style.paddingLeft) + parseFloat(style.paddingRight);
    const down = parseFloat(style.paddingTop) + parseFloat(style.paddingBottom);
    const highest = parseFloat(style.maxHeight) || Infinity;
    const asWide = () => Math.min(1, (box.clientWidth - across) / width);
    const whole = () => Math.min(asWide(), (highest - down) / height);
    const fit = () => resize(whole());
    const ways = { in: () => resize(scale * STEP), out: () => resize(scale / STEP), fit };

    tools?.addEventListener("click", (event) => ways[event.target.dataset.zoom]?.());
    box.addEventListener("keydown", (event) => {
      if (event.ctrlKey || event.metaKey || event.altKey) return;
      const way = { "+": "in", "=": "in", "-": "out", 0: "fit" }[event.key];
      if (!way) return;
      event.preventDefault();
      ways[way]();
    });
    box.addEventListener(
      "wheel",
      (event) => {
        if (!event.ctrlKey) return;
        event.preventDefault();
        const frame = box.getBoundingClientRect();
        resize(scale * Math.exp(-event.deltaY / 300), event.clientX - frame.left, event.clientY - frame.top);
      },
      { passive: false },
    );
    drag(box);

    resize([whole(), asWide(), 1].find((each) => each >= READABLE));
  };

  /* With a mouse only: fingers scroll the box anyway. A click on a state is none of it. */
  const drag = (box) => {
    let from = null;
    let moved = false;
    box.addEventListener("pointerdown", (event) => {
      if (event.pointerType !== "mouse" || event.button !== 0) return;
      from = { x: event.clientX, y: event.clientY, left: box.scrollLeft, top: box.scrollTop };
      moved = false;
    });
    box.addEventListener("pointermove", (event) => {
      if (!from) return;
      const [across, down] = [event.clientX - from.x, event.clientY - from.y];
      if (!moved && Math.hypot(across, down) < 5) return;
      if (!moved) box.setPointerCapture(event.pointerId);
      moved = true;
      box.classList.add("is-dragged");
      box.scrollLeft = from.left - across;
      box.scrollTop = from.top - down;
    });
    const end = () => {
      from = null;
      box.classList.remove("is-dragged");
    };
    box.addEventListener("pointerup", end);
    box.addEventListener("pointercancel", end);
    box.addEventListener("dragstart", (event) => event.preventDefault());
    box.addEventListener("click", (event) => moved && event.preventDefault(), true);
  };

  document.querySelectorAll("[data-zoomable]").forEach(prepare);
})();
