'use strict';
// Everything that Chart.js draws. Colours are those of style.css, so that plots follow the
// colour scheme; for print they are drawn again in the light one.

const drawn = new Map(); // id of the canvas -> function that makes the configuration

function colour(name) {
  return getComputedStyle(document.documentElement).getPropertyValue('--' + name).trim();
}

/** Draws the plot that `configure` returns, now and whenever colours change. */
function draw(id, configure) {
  drawn.set(id, configure);
  redraw(id);
}
function redraw(id) {
  const canvas = document.getElementById(id);
  Chart.getChart(canvas)?.destroy();
  Chart.defaults.color = colour('muted');
  Chart.defaults.borderColor = colour('line');
  Chart.defaults.font.family = getComputedStyle(document.body).fontFamily;
  Chart.defaults.animation = false;
  Chart.defaults.maintainAspectRatio = false;
  new Chart(canvas, drawn.get(id)());
}
function redrawAll() {
  for (const id of drawn.keys())
    redraw(id);
}
matchMedia('(prefers-color-scheme: dark)').addEventListener('change', redrawAll);
function setPrinting(begins) {
  document.documentElement.classList.toggle('printing', begins);
  redrawAll();
  for (const chart of Object.values(Chart.instances))
    chart.resize();
}
addEventListener('beforeprint', () => setPrinting(true));
addEventListener('afterprint', () => setPrinting(false));

const title = text => ({display: true, text});
const positive = number => number > 0 && isFinite(number) ? number : null;
/** Powers of ten and, where there are few of them, numbers in between. */
const logarithmicTicks = {
  callback: value => /^[125]/.test((value / 10 ** Math.floor(Math.log10(value) + 1e-9)).toFixed(1)) ? compact.format(value) : null,
};

//===- Error along the depth ------------------------------------------------------------------===//

const measures = {
  steps: {
    text: 'rmse/scale', scale: 'logarithmic',
    local: tensor => tensor.isCoarse ? positive(tensor.steps) : null,
    cumulative: tensor => tensor.isCoarse ? positive(tensor.cumulativeSteps) : null,
  },
  sqnr: {
    text: 'SQNR in dB', scale: 'linear',
    local: tensor => tensor.local.sqnr_db ?? null, cumulative: tensor => tensor.cumulative.sqnr_db ?? null,
  },
};

function depthPlot(measure) {
  const {text, scale, local, cumulative} = measures[measure];
  const isSelected = context => selection.node?.row === tensors[context.dataIndex];
  const line = (label, values, name, dash = []) => ({
    label, data: values, borderColor: colour(name), backgroundColor: colour(name), borderWidth: 2, borderDash: dash,
    pointRadius: context => isSelected(context) ? 7 : tensors.length > 120 ? 1.5 : 3,
    pointHoverRadius: 7, spanGaps: true,
  });
  const level = (label, value, name) => ({
    label, data: tensors.map(() => value), borderColor: colour(name), borderWidth: 1.5, borderDash: [6, 4],
    pointRadius: 0, pointHitRadius: 0, pointHoverRadius: 0,
  });
  const datasets = [
    line('local', tensors.map(local), 'local'),
    line('cumulative', tensors.map(cumulative), 'cumulative', [2, 2]),
  ];
  if (measure === 'steps')
    datasets.push(level('rounding alone (0.289)', kRounding, 'muted'),
                  level(`suspect (${report.suspicious_from})`, report.suspicious_from, 'suspect'));
  return {
    type: 'line',
    data: {labels: tensors.map(tensor => tensor.index), datasets},
    options: {
      interaction: {mode: 'index', intersect: false},
      onClick: (event, active) => active.length && select(tensors[active[0].index].node),
      scales: {
        x: {title: title('position in the network'), grid: {display: false}, ticks: {maxRotation: 0, autoSkipPadding: 12}},
        y: {type: scale, title: title(text), ticks: scale === 'logarithmic' ? logarithmicTicks : {}},
      },
      plugins: {
        legend: {labels: {usePointStyle: true, pointStyle: 'line'}},
        tooltip: {
          filter: item => item.datasetIndex < 2,
          callbacks: {
            title: items => items.length ? shorten(tensors[items[0].dataIndex].name, 60) : '',
            label: item => `${item.dataset.label}: ${show(item.parsed.y)}`,
            afterBody: items => items.length ? tensors[items[0].dataIndex].op : '',
          },
        },
      },
    },
  };
}

//===- One tensor -----------------------------------------------------------------------------===//

function histogramPlot(tensor) {
  const {low, width, counts} = tensor.histogram;
  const [least, most] = tensor.grid ?? [-Infinity, Infinity];
  // Values clip from half a step beyond the last integer on.
  const half = tensor.grid ? tensor.scale / 2 : 0;
  const isBeyond = i => low + (i + 1) * width <= least - half || low + i * width >= most + half;
  const bars = wanted => counts.map((count, i) => ({x: low + (i + .5) * width, y: isBeyond(i) === wanted && count || null}));
  const dataset = (label, beyond, name) => ({
    label, data: bars(beyond), backgroundColor: colour(name), grouped: false, barPercentage: 1, categoryPercentage: 1,
  });
  const high = low + counts.length * width;
  const top = Math.max(...counts);
  const datasets = [dataset('values', false, 'bar')];
  if (tensor.grid)
    datasets.push(dataset('beyond the integers', true, 'suspect'), {
      type: 'line', label: 'ends of the integers', borderColor: colour('cumulative'), borderWidth: 2,
      pointRadius: 0, pointHitRadius: 0, spanGaps: false,
      data: [{x: least, y: .6}, {x: least, y: top}, {x: NaN, y: NaN}, {x: most, y: .6}, {x: most, y: top}],
    });
  const edges = tensor.grid ? [low, high, least, most] : [low, high];
  const margin = (Math.max(...edges) - Math.min(...edges)) * .02 || 1;
  return {
    type: 'bar',
    data: {datasets},
    options: {
      scales: {
        x: {type: 'linear', min: Math.min(...edges) - margin, max: Math.max(...edges) + margin, offset: false,
            grid: {display: false}, ticks: {callback: value => show(value), maxRotation: 0, includeBounds: false}},
        y: {type: 'logarithmic', min: .6, title: title('count'), ticks: logarithmicTicks},
      },
      plugins: {
        legend: {display: Boolean(tensor.grid), labels: {
          boxWidth: 12, boxHeight: 8, filter: (item, data) => data.datasets[item.datasetIndex].data.some(point => point.y),
        }},
        tooltip: {callbacks: {
          title: items => items.length ? `${show(items[0].parsed.x - width / 2)} to ${show(items[0].parsed.x + width / 2)}` : '',
          label: item => `${item.parsed.y.toLocaleString('en')} values`,
        }},
      },
    },
  };
}

function weightsPlot(weights) {
  const channels = weights.min.map((_, channel) => channel);
  const bars = (label, from, to, name) => ({
    label, data: channels.map(i => [from[i] ?? from[0], to[i] ?? to[0]]), backgroundColor: colour(name),
    grouped: false, barPercentage: .95, categoryPercentage: 1, borderSkipped: false,
  });
  const datasets = [bars('weights', weights.min, weights.max, 'bar')];
  if (weights.grid_min.length)
    datasets.push(bars('integers', weights.grid_min, weights.grid_max, 'band'));
  return {
    type: 'bar',
    data: {labels: channels, datasets},
    options: {
      interaction: {mode: 'index', intersect: false},
      scales: {
        x: {title: title('channel'), grid: {display: false}, ticks: {maxRotation: 0, autoSkipPadding: 12}},
        y: {ticks: {callback: value => show(value)}},
      },
      plugins: {
        legend: {labels: {boxWidth: 12, boxHeight: 8}},
        tooltip: {callbacks: {label: item => `${item.dataset.label}: ${item.raw.map(value => show(value)).join(' to ')}`}},
      },
    },
  };
}

//===- What the errors are made of ------------------------------------------------------------===//

const sources = ['weights', 'inputs', 'bias', 'clipping', 'requantize', 'inherited', 'rest'];

/** The share of a source in a tensor's error, in percent. */
function share(tensor, source) {
  const whole = tensor.cumulative.mean_squared_error;
  return tensor.attribution && whole > 0 ? 100 * tensor.attribution[source] / whole : null;
}

function attributionPlot() {
  // Without what is too small to be seen, 0 and 100 are the ends.
  const kSmall = 3;
  const below = tensor => sources.reduce((sum, source) => sum + Math.min(0, share(tensor, source) ?? 0), 0);
  const isPlain = tensors.every(tensor => below(tensor) > -kSmall);
  const stack = source => ({
    label: source, data: tensors.map(tensor => share(tensor, source)), backgroundColor: colour('source-' + source),
    barPercentage: .95, categoryPercentage: .95,
  });
  return {
    type: 'bar',
    data: {labels: tensors.map(tensor => tensor.index), datasets: sources.map(stack)},
    options: {
      interaction: {mode: 'index', intersect: false},
      onClick: (event, active) => active.length && select(tensors[active[0].index].node),
      scales: {
        x: {stacked: true, title: title('position in the network'), grid: {display: false}, ticks: {maxRotation: 0, autoSkipPadding: 12}},
        y: {stacked: true, title: title('percent'), ...(isPlain ? {min: 0, max: 100} : {})},
      },
      plugins: {
        legend: {labels: {boxWidth: 12, boxHeight: 8}},
        tooltip: {callbacks: {
          title: items => items.length ? shorten(tensors[items[0].dataIndex].name, 60) : '',
          label: item => `${item.dataset.label}: ${fixed(item.parsed.y, 1)} %`,
        }},
      },
    },
  };
}

//===- What would help ------------------------------------------------------------------------===//

/** Dots in front of what are dots, lines in front of lines. */
function pointLabels(chart) {
  return Chart.defaults.plugins.legend.labels.generateLabels(chart).map(label => {
    const isLine = chart.data.datasets[label.datasetIndex].type === 'line';
    return {...label, pointStyle: isLine ? 'line' : 'circle'};
  });
}

function remediesPlot(found) {
  const point = remedy => ({x: remedy.share_of_products, y: remedy.sqnr, remedy});
  const dots = (label, chosen, name) => ({
    label, data: found.remedies.filter(remedy => remedy.chosen === chosen).map(point),
    backgroundColor: colour(name), pointRadius: 6, pointHoverRadius: 8,
  });
  const right = Math.max(1, ...found.remedies.map(remedy => remedy.share_of_products)) * 1.05;
  const level = (label, value, name) => ({
    type: 'line', label, data: [{x: 0, y: value}, {x: right, y: value}], borderColor: colour(name), borderWidth: 1.5,
    borderDash: [6, 4], pointRadius: 0, pointHitRadius: 0,
  });
  return {
    type: 'scatter',
    data: {datasets: [
      dots('in the policy', true, 'local'), dots('alone', false, 'cumulative'), level('as it is', found.sqnr, 'muted'),
      level('those in the policy together', found.sqnr_of_chosen, 'local'),
    ]},
    options: {
      onClick: (event, active) => active.length && select(byName.get(active[0].element.$context.raw.remedy?.tensor)?.node),
      scales: {
        x: {min: 0, max: right, ticks: {includeBounds: false}, title: title('multiplications that become more expensive, in percent')},
        y: {title: title('SQNR of the worst output in dB')},
      },
      plugins: {legend: {labels: {usePointStyle: true, boxHeight: 7, generateLabels: pointLabels}}, tooltip: {callbacks: {
        label: item => item.raw.remedy
          ? `${shorten(item.raw.remedy.tensor, 50)} in ${item.raw.remedy.scheme}: ${fixed(item.raw.y, 1)} dB`
          : item.dataset.label,
      }}},
    },
  };
}
