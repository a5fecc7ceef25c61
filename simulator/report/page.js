"use strict";
// Draws the timeline in the colours of the page, and again when these or the window's width change.
(() => {
  const figure = JSON.parse(document.getElementById("figure").textContent);
  const place = document.getElementById("timeline");
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const narrow = matchMedia("(max-width: 760px)");
  const label_px = 58;

  // Figures name colours as style sheets do; plotly wants to be told their values.
  function themed(value, name) {
    if (Array.isArray(value)) return typeof value[0] === "object" ? value.map(item => themed(item)) : value;
    if (value !== null && typeof value === "object") {
      return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, themed(item, key)]));
    }
    if (typeof value !== "string") return value;
    const style = getComputedStyle(document.documentElement);
    return value.replace(/var\((--[a-zA-Z-]+)\)/g, (whole, colour) => style.getPropertyValue(colour).trim() || whole);
  }

  // The finest labels that do not touch one another.
  function labels(range) {
    const room = place.clientWidth / label_px;
    const steps = Object.keys(figure.ticks).map(Number).sort((a, b) => a - b);
    const seen = step => figure.ticks[step].filter(([at]) => at >= range[0] && at <= range[1]);
    const step = steps.find(step => seen(step).length <= room) ?? steps[steps.length - 1];
    const ticks = figure.ticks[step];
    return { tickvals: ticks.map(tick => tick[0]), ticktext: ticks.map(tick => tick[1]) };
  }

  let range = figure.wide.xaxis.range;

  function layout() {
    const chosen = themed(narrow.matches ? figure.narrow : figure.wide);
    Object.assign(chosen.xaxis, { range: [...range], ...labels(range) });
    chosen.dragmode = narrow.matches ? false : "zoom";
    return chosen;
  }

  const config = { displayModeBar: false, responsive: true, doubleClick: "reset" };
  const draw = () => Plotly.react(place, themed(figure.data), layout(), config);

  function look(from, to) {
    range = [from, to];
    return draw();
  }

  // The pet's screen at the moment that is pointed at.
  const peek = document.getElementById("peek");

  function show(at, words, is_right) {
    const shown = figure.screen.from.filter(([from]) => from <= at).pop();
    peek.hidden = shown === undefined;
    if (peek.hidden) return;
    peek.classList.toggle("left", is_right);
    peek.querySelector("img").src = figure.screen.pictures[shown[1]];
    peek.querySelector("figcaption").textContent = words;
  }

  function clock(at) {
    const quarter = figure.ticks[15] ?? figure.ticks[60] ?? [];
    const before = quarter.filter(([from]) => from <= at).pop();
    if (before === undefined || !before[1].includes(":")) return "The pet's screen then";
    const [hours, minutes] = before[1].split(":").map(Number);
    const more = minutes + Math.floor((at - before[0]) * 60 + 1e-6);
    return `The pet's screen at ${String(hours).padStart(2, "0")}:${String(more).padStart(2, "0")}`;
  }

  function buttons() {
    const row = document.getElementById("days");
    const whole = { name: "all", range: figure.wide.xaxis.range };
    for (const day of [whole, ...figure.days]) {
      const button = document.createElement("button");
      button.type = "button";
      button.textContent = day.name;
      button.addEventListener("click", () => look(...day.range));
      row.append(button);
    }
    row.hidden = figure.days.length < 2;
  }

  draw().then(() => {
    place.on("plotly_relayout", change => {
      const { "xaxis.range[0]": from, "xaxis.range[1]": to } = change;
      if (from !== undefined) look(from, to);
      else if (change["xaxis.autorange"] || change["xaxis.range"]) look(...(change["xaxis.range"] ?? figure.wide.xaxis.range));
    });
    place.on("plotly_hover", ({ event, xvals, points: [point] }) => {
      const at = point.data.type === "scatter" ? point.x : xvals[0];
      show(at, clock(at), event.clientX > innerWidth / 2);
    });
    place.on("plotly_unhover", () => { peek.hidden = true; });
  });
  buttons();
  dark.addEventListener("change", draw);
  narrow.addEventListener("change", draw);
})();
