"use strict";
// Draws the charts of a page with the theme's Chart.js. What is drawn stands in an element of JSON beside each canvas;
// colours are those of desk.css, so that light and dark are decided there. The tables below the charts need no script.
(() => {
  const page = document.documentElement;
  const colour = (name) => getComputedStyle(page).getPropertyValue(name).trim();

  function scales(drawn) {
    const text = colour("--desk-text"), border = { display: false };
    return {
      x: { stacked: drawn.stacked, border, grid: { display: false }, ticks: { color: text, maxRotation: 0, autoSkipPadding: 12 } },
      y: {
        stacked: drawn.stacked,
        border,
        beginAtZero: true,
        suggestedMax: drawn.unit === "%" ? 10 : undefined,
        grid: { color: colour("--desk-line") },
        ticks: {
          color: text,
          maxTicksLimit: 6,
          precision: drawn.unit ? undefined : 0,
          ...(drawn.unit === "%" ? { callback: (value) => `${value} %` } : {}),
        },
      },
    };
  }

  function plugins(drawn) {
    const labels = { color: colour("--desk-text"), boxWidth: 12, boxHeight: 12 };
    return {
      legend: { display: drawn.series.length > 1, position: "bottom", labels },
      tooltip: {
        callbacks: {
          title: (points) => (points.length ? drawn.names[points[0].dataIndex] : ""),
          label: (point) => `${point.dataset.label}: ${drawn.series[point.datasetIndex].told[point.dataIndex]}`,
        },
      },
    };
  }

  function draw(canvas) {
    const drawn = JSON.parse(document.getElementById(canvas.dataset.chart).textContent);
    const datasets = drawn.series.map((series) => ({
      label: series.name,
      data: series.values,
      backgroundColor: colour(series.colour),
      hoverBackgroundColor: colour(series.colour),
      borderColor: colour("--desk-ground"),
      borderWidth: 1,
      maxBarThickness: 36,
    }));
    return new Chart(canvas, {
      type: "bar",
      data: { labels: drawn.labels, datasets },
      options: {
        animation: false,
        maintainAspectRatio: false,
        interaction: { mode: "index", intersect: false },
        plugins: plugins(drawn),
        scales: scales(drawn),
      },
    });
  }

  function drawAll() {
    for (const canvas of document.querySelectorAll("canvas[data-chart]")) {
      Chart.getChart(canvas)?.destroy();
      draw(canvas);
    }
  }

  Chart.defaults.font.family = "Inter, sans-serif";
  Chart.defaults.font.size = 12;
  drawAll();
  let dark = page.classList.contains("dark");
  new MutationObserver(() => {
    if (dark !== page.classList.contains("dark")) {
      dark = !dark;
      drawAll();
    }
  }).observe(page, { attributes: true, attributeFilter: ["class"] });
})();
