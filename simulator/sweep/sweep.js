"use strict";
// Draws the charts in the colours of the page, and again when these change.
(() => {
  const figures = JSON.parse(document.getElementById("figures").textContent);

  // Figures name colours as style sheets do; plotly wants to be told their values.
  function themed(value) {
    if (Array.isArray(value)) return value.map(themed);
    if (value !== null && typeof value === "object") {
      return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, themed(item)]));
    }
    if (typeof value !== "string") return value;
    const style = getComputedStyle(document.documentElement);
    return value.replace(/var\((--[a-z]+)\)/g, (whole, colour) => style.getPropertyValue(colour).trim() || whole);
  }

  function layout(told) {
    const grid = { gridcolor: "var(--grid)", zerolinecolor: "var(--grid)", fixedrange: true,
                   ticks: "outside", ticklen: 4, tickcolor: "var(--paper)" };
    return themed({ ...told, xaxis: { ...grid, ...told.xaxis }, yaxis: { ...grid, ...told.yaxis } });
  }

  const config = { displayModeBar: false, responsive: true };

  function draw() {
    for (const place of document.querySelectorAll(".chart")) {
      const figure = figures[place.dataset.name];
      Plotly.react(place, themed(figure.data), layout(figure.layout), config);
    }
  }

  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", draw);
  draw();
})();
