// The page's half of a live figure: controls above, the scene as an image, the marks as SVG laid over it.
// It knows no lesson and no numbers: a control stands at a place, for most an index into a list of labels from Python.

const PATIENCE = 3000; // ms without an answer before the reader is told that Python is silent
const PACE = 70; // ms at least between two steps of the play button
const REST = 120; // ms of stillness before Python is asked for the pictures that may be wanted next
const HURRY = 33; // ms at least between two pictures that are asked for while a hand moves on
const THUMB = 16; // px of a slider are its handle, whose middle a click puts where the mouse is
const HUSH = 500; // ms of stillness before a screen reader is told the new numbers
const SILENT = "Python has not answered yet: is a cell still running, or has the kernel stopped? "
  + "Then restart it and run this cell again.";

// Every figure of a page loads this module for itself, so a count alone would give two figures the same names.
const own = `calclib-${crypto.getRandomValues(new Uint32Array(1))[0].toString(36)}`;
let count = 0;

function make(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
  node.append(...children);
  return node;
}

// What takes the keyboard says so itself: JupyterLab looks at the focused element, not at what it stands in,
// and would else take its arrow keys to walk through the cells.
function focusable(node) {
  node.setAttribute("data-lm-suppress-shortcuts", "true");
  return node;
}

// Each control returns its row and a function that shows a place. `set(place)` is called by the hand. A training also
// gives a function that is told each frame, and one that stops it.
function slider({ label, labels }, set) {
  const id = `${own}-${++count}`;
  const input = focusable(make("input", { id, type: "range", min: 0, max: labels.length - 1, step: 1 }));
  const output = make("output", { for: id });
  input.addEventListener("input", () => set(Number(input.value)));
  const show = (index) => {
    input.value = index;
    input.setAttribute("aria-valuetext", labels[index]);
    output.textContent = labels[index];
  };
  output.style.minWidth = `${labels.reduce((most, text) => Math.max(most, text.length), 0)}ch`;
  return [make("div", { class: "row" }, make("label", { for: id }, label), input, output), show];
}

function choice({ label, labels }, set) {
  const name = `${own}-${++count}`;
  const inputs = labels.map((_, index) => focusable(make("input", { type: "radio", name, value: index })));
  inputs.forEach((input, index) => input.addEventListener("change", () => set(index)));
  const options = labels.map((text, index) => make("label", {}, inputs[index], text));
  const row = make("div", { class: "row", role: "radiogroup", "aria-labelledby": `${name}-label` },
    make("span", { id: `${name}-label`, class: "label" }, label), make("div", { class: "options" }, ...options));
  return [row, (index) => { inputs[index].checked = true; }];
}

function toggle({ label }, set) {
  const input = focusable(make("input", { type: "checkbox" }));
  input.addEventListener("change", () => set(Number(input.checked)));
  return [make("div", { class: "row" }, make("label", { class: "toggle" }, input, label)),
    (index) => { input.checked = index === 1; }];
}

// A run that is trained while one watches. Python trains for a moment and sends the picture; only then is it asked for
// the next moment, so a slow machine is never flooded, and Stop is to ask no more. To ask is to set a new word as place.
function training({ label, steps, unit }, set) {
  const bar = make("progress", { max: steps, "aria-label": `${label}, ${unit}s trained` });
  const output = make("output");
  const button = focusable(make("button", { type: "button", class: "wide" }));
  const again = focusable(make("button", { type: "button", "aria-label": "Start again", title: "Start again" }, "↺"));
  let playing = false, turn = "";
  const press = (on) => {
    playing = on;
    button.textContent = on ? "■\ufe0e Stop" : "▶\ufe0e Train";
  };
  const ask = () => {
    turn = `${own}-${++count}`;
    set(turn);
  };
  button.addEventListener("click", () => {
    press(!playing);
    if (playing) ask();
  });
  again.addEventListener("click", () => {
    press(false);
    set(0);
  });
  const drawn = (frame, done) => {
    bar.value = done;
    output.textContent = `${done} of ${steps} ${unit}s`;
    if (frame.over || frame.error) press(false);
    if (playing && frame.turn === turn) requestAnimationFrame(() => { if (playing) ask(); });
  };
  press(false);
  output.style.minWidth = `${`${steps} of ${steps} ${unit}s`.length}ch`;
  const row = make("div", { class: "row", role: "group", "aria-label": label }, make("span", { class: "label" }, label), bar, output,
    make("span", { class: "buttons" }, button, again));
  return [row, () => {}, drawn, () => press(false)];
}

// Squares to paint on: with mouse, pen or finger a soft brush; with the keyboard, arrows to walk and Space to ink.
function grid({ label, rows, columns, ink }, set) {
  const id = `${own}-${++count}`;
  let levels = [], cursor = 0, last = null, erasing = false;
  const cells = Array.from({ length: rows * columns }, (_, i) => make("div", { role: "gridcell", id: `${id}-${i}` }));
  const lines = Array.from({ length: rows }, (_, r) =>
    make("div", { role: "row", class: "line" }, ...cells.slice(r * columns, (r + 1) * columns)));
  const board = focusable(make("div", { class: "board", role: "grid", tabindex: 0, "aria-label":
    `${label}: drag to draw, or arrow keys to walk, Space to ink, Backspace to erase`, title: "Drag to draw" }, ...lines));
  board.style.aspectRatio = `${columns} / ${rows}`;
  board.style.gridTemplateRows = `repeat(${rows}, 1fr)`;
  const words = (level) => (level === 0 ? "paper" : level === ink ? "ink" : `ink ${level} of ${ink}`);
  const show = (drawing) => {
    levels = [...drawing];
    cells.forEach((cell, i) => {
      cell.style.backgroundColor = `rgb(34 34 34 / ${levels[i] / ink})`;
      cell.parentElement.style.gridTemplateColumns = `repeat(${columns}, 1fr)`;
      cell.setAttribute("aria-label", `row ${Math.floor(i / columns) + 1}, column ${i % columns + 1}: ${words(levels[i])}`);
    });
  };
  const at = (i) => {
    cells[cursor].classList.remove("cursor");
    cursor = i;
    cells[i].classList.add("cursor");
    board.setAttribute("aria-activedescendant", cells[i].id);
  };
  // Ink falls off from the middle of the brush, as in scanned handwriting.
  const touch = (x, y) => cells.forEach((_, i) => {
    const distance = Math.hypot(x - (i % columns) - 0.5, y - Math.floor(i / columns) - 0.5);
    const wet = Math.round(ink * Math.min(1, Math.max(0, (1.15 - distance) / 0.6)));
    levels[i] = erasing ? Math.min(levels[i], ink - wet) : Math.max(levels[i], wet);
  });
  const stroke = (event) => {
    const box = board.getBoundingClientRect();
    const here = [(event.clientX - box.left) / box.width * columns, (event.clientY - box.top) / box.height * rows];
    const from = last ?? here, parts = 1 + Math.ceil(4 * Math.hypot(here[0] - from[0], here[1] - from[1]));
    for (let k = 1; k <= parts; k++) touch(...from.map((start, axis) => start + (here[axis] - start) * k / parts));
    last = here;
    set([...levels]);
  };
  board.addEventListener("pointerdown", (event) => {
    if (event.button !== 0) return;
    event.preventDefault();
    board.focus({ preventScroll: true });
    board.setPointerCapture(event.pointerId);
    last = null;
    stroke(event);
  });
  board.addEventListener("pointermove", (event) => { if (board.hasPointerCapture(event.pointerId)) stroke(event); });
  const walks = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] };
  board.addEventListener("keydown", (event) => {
    if (event.altKey || event.ctrlKey || event.metaKey) return; // the browser's own
    if (event.key in walks) {
      const [down, right] = walks[event.key], row = Math.floor(cursor / columns) + down, column = cursor % columns + right;
      if (row >= 0 && row < rows && column >= 0 && column < columns) at(row * columns + column);
    } else if (event.key === "Home" || event.key === "End") {
      at(cursor - cursor % columns + (event.key === "End" ? columns - 1 : 0)); // the ends of the row
    } else if ([" ", "Enter", "Backspace", "Delete"].includes(event.key)) {
      const wet = event.key === " " || event.key === "Enter" ? (levels[cursor] === ink ? 0 : ink) : 0;
      set(levels.map((level, i) => (i === cursor ? wet : level)));
    } else return;
    event.preventDefault(); // the page must not jump
  });
  const clear = focusable(make("button", { type: "button", class: "wide" }, "Clear"));
  const rubber = focusable(make("button", { type: "button", class: "wide", "aria-pressed": "false" }, "Erase"));
  const erase = (on) => rubber.setAttribute("aria-pressed", erasing = on);
  rubber.addEventListener("click", () => erase(!erasing));
  clear.addEventListener("click", () => {
    erase(false); // on paper there is nothing to erase: the next stroke draws
    set(levels.map(() => 0));
  });
  at(0);
  return [make("div", { class: "row painting" }, make("span", { class: "label" }, label), board,
    make("span", { class: "buttons" }, clear, rubber)), show];
}

// Plays a slider to its end. The next step waits for the picture of this one, so a slow machine plays slowly and
// never falls behind.
function playButton(control, set, at) {
  const button = focusable(make("button", { type: "button" }));
  const last = control.labels.length - 1;
  let playing = false, stepped = 0, timer;
  const press = (on) => {
    playing = on;
    clearTimeout(timer);
    button.textContent = on ? "❚❚" : "▶\ufe0e"; // as text, not as a coloured picture
    button.setAttribute("aria-label", `${on ? "Pause" : "Play"} ${control.label}`);
  };
  const step = () => {
    if (at() >= last) return press(false);
    stepped = performance.now();
    set(at() + 1);
  };
  button.addEventListener("click", () => {
    press(!playing);
    if (!playing) return;
    if (at() < last) return step();
    stepped = performance.now();
    set(0);
  });
  press(false);
  const drawn = () => {
    if (!playing) return;
    clearTimeout(timer);
    timer = setTimeout(step, Math.max(0, PACE - (performance.now() - stepped)));
  };
  return [button, drawn, () => playing && press(false)];
}

function render({ model, el }) {
  const { alt, size, controls, pointer } = model.get("layout_of");
  let at = { ...model.get("at") };
  let waiting, speaking, tallest = 0, touched = false;

  const image = make("img", { alt, draggable: "false" });
  const overlay = make("div", { class: "overlay", "aria-hidden": "true" });
  const marks = make("div");
  overlay.attachShadow({ mode: "open" }).append(marks); // Matplotlib's ids and style rules stay in there
  const trouble = make("div", { class: "trouble", role: "alert", hidden: "" });
  const picture = make("div", { class: "picture" }, image, overlay, trouble);
  picture.style.aspectRatio = `${size[0]} / ${size[1]}`;
  picture.style.maxWidth = `${100 * size[0]}px`;
  const status = make("p", { class: "status" });
  const spoken = make("div", { class: "spoken", role: "status", "aria-live": "polite" });

  const kinds = { slider, choice, toggle, training, grid };
  const shows = {}, drawns = [], stops = [], ends = [];
  const byHand = (change) => { stops.forEach((stop) => stop()); move(change); };
  const rows = controls.map((control) => {
    const [row, show, told, end] = kinds[control.kind](control, (place) => byHand({ [control.name]: place }));
    shows[control.name] = show;
    if (told) { // a slider moved while it trains does not stop it
      drawns.push((frame) => told(frame, frame.at[control.name] ?? 0));
      ends.push(end);
    }
    row.addEventListener("focusin", () => lookAhead([control].filter(foreseeable)));
    const track = control.kind === "slider" && row.querySelector("input");
    if (track) track.addEventListener("pointermove", ({ buttons, offsetX }) => {
      if (!buttons && foreseeable(control)) aim(control, (offsetX - THUMB / 2) / (track.clientWidth - THUMB));
    });
    if (control.plays) {
      const [button, drawn, stop] = playButton(control, (i) => move({ [control.name]: i }), () => at[control.name]);
      row.append(button);
      drawns.push(drawn);
      stops.push(stop);
    }
    return row;
  });
  const root = make("div", { class: "calclib-live" }, make("div", { class: "controls" }, ...rows), picture, status, spoken);
  el.append(root);

  function show() { controls.forEach(({ name }) => shows[name](at[name])); }

  function move(change) {
    if (Object.entries(change).every(([name, index]) => at[name] === index)) return;
    at = { ...at, ...change };
    show();
    clearTimeout(waiting);
    waiting = setTimeout(silent, PATIENCE);
    touched = true;
    turn += 1;
    const known = ahead.get(JSON.stringify(at));
    model.set("at", at);
    model.save_changes();
    if (known) glance(known, turn); // Python draws it again all the same, and has the last word
    if (busy) hurry();
    else [busy, sent] = [true, performance.now()];
  }

  // One message is under way and the newest place waits for its answer: from a distant machine few pictures come. So
  // while a hand moves on, Python is asked for pictures on the way as well, as often as half of its time allows.
  let turn = 0, seen = 0; // how many moves there were, and after how many of them the picture shown was asked for
  let busy = false, sent = 0, hurrying; // whether an answer is awaited; when Python was asked last
  const asked = new Map(); // a place asked for on the way: the move that led to it
  function hurry() {
    clearTimeout(hurrying);
    if (ends.length) return;
    const pause = Math.max(HURRY, 2000 * (model.get("frame").seconds ?? 0)) - (performance.now() - sent);
    hurrying = setTimeout(() => {
      if (!busy || asked.has(JSON.stringify(at))) return;
      sent = performance.now();
      asked.set(JSON.stringify(at), turn);
      model.send({ ahead: at });
    }, pause);
  }
  function glance(frame, when) {
    if (when < seen || !bare || !trouble.hidden) return;
    seen = when;
    put(frame);
  }

  // While all is still, Python is asked for the frames one key away on the controls in hand: the next key finds its
  // picture here, however far away Python is. After a move all of them are forgotten.
  const ahead = new Map();
  let inHand = [], resting;
  function lookAhead(these = inHand) {
    inHand = these;
    clearTimeout(resting);
    const askEach = (places) => these.forEach((control) =>
      new Set(places(at[control.name], control.labels.length - 1, control.kind)).forEach((place) => ask(control, place)));
    resting = setTimeout(() => {
      askEach(oneStep);
      resting = setTimeout(() => askEach(oneLeap), REST);
    }, REST);
  }
  function ask({ name, labels }, place) {
    if (place !== at[name] && labels[place] !== undefined) model.send({ ahead: { ...at, [name]: place } });
  }
  const oneStep = (i, last, kind) => kind === "slider" ? [i + 1, i - 1] : [...Array(Math.min(last + 1, 6)).keys()];
  const oneLeap = (i, last, kind) => { // by Page Up and Page Down, which go a tenth of the way, and by Home and End
    const page = Math.max(1, last / 10);
    return kind === "slider" ? [Math.round(i + page), Math.round(i - page), 0, last] : [];
  };
  let aiming; // where the mouse rests on a slider, a click may follow
  function aim(control, part) {
    clearTimeout(aiming);
    aiming = setTimeout(() => ask(control, Math.round(part * (control.labels.length - 1))), HURRY);
  }
  const foreseeable = ({ labels }) => labels && !ends.length; // what trains is drawn only when it is told to
  const foreseen = ({ ahead: frame }) => {
    const key = JSON.stringify(frame.at), when = asked.get(key);
    if (asked.delete(key)) return glance(frame, when);
    const moved = controls.filter(({ name }) => JSON.stringify(frame.at[name]) !== JSON.stringify(at[name]));
    if (moved.length !== 1) return; // the hand has gone on
    ahead.set(key, frame);
    root.dataset.foreseen = [...ahead.keys()].join(" "); // like `shown`, for who watches from outside
  };

  function silent() {
    [...stops, ...ends].forEach((stop) => stop());
    root.classList.add("silent");
    say(SILENT);
  }

  // A sentence that needs more lines than any before it is given them for good: nothing jumps back and forth. The
  // browser tells its height when it has laid the page out; to ask for it would make it lay it out once more.
  const say = (text) => { status.textContent = text; };
  const growing = new ResizeObserver(([{ contentRect: { height } }]) => {
    if (height <= tallest) return;
    tallest = height;
    status.style.minHeight = `${tallest}px`;
  });
  growing.observe(status);

  let address; // of the image that is shown
  async function paint(bytes) {
    const url = URL.createObjectURL(new Blob([bytes], { type: "image/png" }));
    const next = new Image();
    next.src = url;
    try {
      await next.decode(); // decoded before it is shown, so that nothing blinks
    } catch (problem) {
      URL.revokeObjectURL(url);
      throw problem;
    }
    return url;
  }

  function hang(url) {
    image.src = url;
    if (address) URL.revokeObjectURL(address);
    address = url;
  }

  let begun = 0, shown = 0; // numbers of the frame that was begun last, and of the one that is shown
  let bare = null; // the scene that the image shows, if it shows one
  async function draw() {
    const frame = model.get("frame"), scene = model.get("scene"), mine = ++begun;
    sent = performance.now(); // the newest place that waits, if there is one, goes now
    if (JSON.stringify(frame.at) === JSON.stringify(at)) {
      [busy, seen] = [false, turn];
      asked.clear();
    }
    clearTimeout(waiting);
    if (frame.png || bare !== scene) {
      const url = await paint(frame.png ?? scene);
      if (mine < shown) return URL.revokeObjectURL(url); // a newer frame was ready before
      hang(url);
      bare = frame.png ? null : scene;
    }
    shown = mine;
    put(frame);
    root.classList.remove("silent");
    root.classList.toggle("troubled", frame.error !== "");
    trouble.hidden = frame.error === "";
    if (frame.error) {
      trouble.replaceChildren(make("p", {}, frame.error),
        make("details", {}, focusable(make("summary", {}, "What Python said")), make("pre", {}, frame.details)));
    }
    drawns.forEach((drawn) => drawn(frame));
    lookAhead();
  }

  let drawing = null; // the marks that are shown
  function put(frame) {
    if (frame.svg !== drawing) {
      marks.innerHTML = drawing = frame.svg;
      marks.firstElementChild?.setAttribute("style", "position: absolute; width: 100%; height: 100%");
    }
    say(frame.status);
    speak(frame);
    root.dataset.shown = JSON.stringify(frame.at);
  }

  // Screen readers are told the numbers when all is still, and not for the first picture.
  function speak({ status: sentence }) {
    clearTimeout(speaking);
    speaking = setTimeout(() => {
      image.alt = `${alt} ${sentence}`.trim();
      if (touched) spoken.textContent = sentence; // a page full of figures that nobody has touched stays silent
    }, HUSH);
  }

  if (pointer.length) {
    follow(picture, pointer, controls, () => model.get("place"), () => at, byHand);
    picture.addEventListener("focusin", () => lookAhead(controls.filter(({ name }) => pointer.includes(name)).filter(foreseeable)));
  }

  const moved = () => {
    at = { ...model.get("at") };
    ahead.clear();
    root.dataset.foreseen = "";
    show();
  };
  model.on("change:at", moved);
  model.on("change:frame", draw);
  model.on("msg:custom", foreseen);
  show();
  draw();
  return () => {
    model.off("change:at", moved);
    model.off("change:frame", draw);
    model.off("msg:custom", foreseen);
    clearTimeout(waiting);
    clearTimeout(resting);
    clearTimeout(hurrying);
    clearTimeout(aiming);
    clearTimeout(speaking);
    [...stops, ...ends].forEach((stop) => stop());
    growing.disconnect();
    if (address) URL.revokeObjectURL(address);
  };
}

// Dragging on the axes, and the arrow keys, move the sliders `pointer` names: one for x, one for y, or null.
function follow(picture, pointer, controls, place, at, move) {
  const axes = pointer.map((name) => controls.find((control) => control.name === name));
  const scaled = (value, log) => (log ? Math.log(value) : value);
  const nearest = (numbers, [low, high], log, fraction) => {
    const wanted = scaled(low, log) + fraction * (scaled(high, log) - scaled(low, log));
    const distances = numbers.map((value) => Math.abs(scaled(value, log) - wanted));
    return distances.reduce((best, distance, i) => (distance < distances[best] ? i : best), 0);
  };
  const follows = (event) => {
    if (!place().box) return; // nothing could be drawn yet
    const { box: [left, top, width, height], xlim, ylim, xlog, ylog } = place();
    const outer = picture.getBoundingClientRect();
    const x = ((event.clientX - outer.left) / outer.width - left) / width;
    const y = 1 - ((event.clientY - outer.top) / outer.height - top) / height;
    const ways = [[xlim, xlog, x], [ylim, ylog, y]];
    move(Object.fromEntries(axes.flatMap((axis, i) => (axis ? [[axis.name, nearest(axis.numbers, ...ways[i])]] : []))));
  };
  const words = axes.filter(Boolean).map(({ label }) => label).join(" and ");
  picture.classList.add("pointed");
  focusable(picture).tabIndex = 0;
  picture.setAttribute("role", "group");
  picture.setAttribute("aria-label", `Drag here, or use the arrow keys, to move ${words}`);
  picture.title = `Drag, or use the arrow keys, to move ${words}`;
  picture.addEventListener("pointerdown", (event) => {
    if (event.button !== 0 || event.target.closest(".trouble")) return;
    event.preventDefault();
    picture.focus({ preventScroll: true });
    picture.setPointerCapture(event.pointerId);
    follows(event);
  });
  picture.addEventListener("pointermove", (event) => {
    if (picture.hasPointerCapture(event.pointerId)) follows(event);
  });
  const arrows = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowDown: [1, -1], ArrowUp: [1, 1] };
  picture.addEventListener("keydown", (event) => {
    if (!(event.key in arrows) || event.altKey || event.ctrlKey || event.metaKey) return; // Alt + ← goes back
    event.preventDefault(); // also where an arrow moves nothing: the page must not jump
    const [which, by] = arrows[event.key];
    const axis = axes[which];
    if (!axis) return;
    const index = at()[axis.name] + by * (event.shiftKey ? 10 : 1);
    move({ [axis.name]: Math.min(axis.numbers.length - 1, Math.max(0, index)) });
  });
}

export default { render };
