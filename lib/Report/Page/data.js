'use strict';
// The report and what is derived from it. Names come from networks and may hold anything: they
// reach the page as text only, never as markup.

const report = JSON.parse(document.getElementById('report').textContent);
const kRounding = 1 / Math.sqrt(12);
const kMore = 0.4;

const suspects = new Map(report.suspects.map((name, i) => [name, report.reasons[i]]));
const tensors = report.tensors;
for (const tensor of tensors) {
  const rms = view => view ? Math.sqrt(view.mean_squared_error) : null;
  tensor.steps = tensor.rmse_scale ?? null;
  tensor.cumulativeSteps = tensor.scale && tensor.cumulative ? rms(tensor.cumulative) / tensor.scale : null;
  // Steps of wider integers are smaller than what 8-bit weights cost: nothing follows from their number.
  tensor.isCoarse = tensor.codes <= 256;
  tensor.clipped = tensor.grid ? 100 * (tensor.clipped_low + tensor.clipped_high) : null;
  tensor.suspect = suspects.has(tensor.tensor);
  tensor.local ??= {};
  tensor.cumulative ??= {};
}
const byName = new Map(tensors.map(tensor => [tensor.tensor, tensor]));

// Nodes of the graph: tensors, and what the report has no numbers for.
const nodes = report.network;
const readers = nodes.map(() => []);
nodes.forEach((node, index) => {
  node.index = index;
  node.row = byName.get(node.tensor) ?? null;
  if (node.row)
    node.row.node = node;
  for (const source of node.reads)
    readers[source].push(index);
});
for (const tensor of tensors)
  tensor.name = tensor.tensor;

/** How bad an operation's own error is: a class of style.css. */
function judge(tensor) {
  if (!tensor || tensor.steps === null)
    return 'float';
  if (!tensor.isCoarse)
    return 'wide';
  return tensor.suspect ? 'suspect' : tensor.steps > kMore ? 'more' : 'fine';
}

/** A number with three digits, or a dash. */
function show(number, digits = 3) {
  if (number === null || number === undefined || !isFinite(number))
    return '\u2013';
  if (number === 0)
    return '0';
  const size = Math.abs(number);
  return size >= 1e5 || size < 1e-4 ? number.toExponential(digits - 1) : String(Number(number.toPrecision(digits)));
}
const compact = new Intl.NumberFormat('en', {notation: 'compact', maximumSignificantDigits: 3});
/** So many digits behind the point, without the sign of -0. */
const fixed = (number, digits) =>
  number === null || number === undefined ? '\u2013' : number.toFixed(digits).replace(/^-(?=0\.?0*$)/, '');

/** The end of a long name: names begin alike and differ at their end. */
function shorten(name, length) {
  const first = name.split(';')[0];
  const text = first.length < name.length ? first + '\u2026' : first;
  return text.length > length ? '\u2026' + text.slice(1 - length) : text;
}

/** An element with attributes and children; strings become text. */
function element(tag, attributes = {}, ...children) {
  const created = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes))
    created.setAttribute(name, value);
  created.append(...children);
  return created;
}

// What is selected, and who wants to know.
const selection = {node: null, listeners: []};
function select(node) {
  if (!node || node === selection.node)
    return;
  selection.node = node;
  for (const listener of selection.listeners)
    listener(node);
}

/** Enter and space do what a click does. */
function onActivate(target, action) {
  target.addEventListener('click', action);
  target.addEventListener('keydown', event => {
    if (event.key !== 'Enter' && event.key !== ' ')
      return;
    event.preventDefault();
    action(event);
  });
}
