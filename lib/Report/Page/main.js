'use strict';

function showSummary() {
  document.getElementById('file').textContent = report.file ?? '';
  document.title = `${report.file ?? 'network'} \u2013 quantc debug`;
  document.getElementById('interrupted').hidden = !report.interrupted;
  const outputs = nodes.filter(node => node.row && !readers[node.index].length)
    .map(node => node.row.cumulative.sqnr_db).filter(number => number !== undefined);
  const coarse = tensors.filter(tensor => tensor.isCoarse && tensor.steps !== null);
  const cards = [
    ['samples', String(report.samples)],
    ['tensors', String(tensors.length)],
    ['suspects', String(suspects.size), suspects.size ? 'suspect' : ''],
    ['SQNR of the worst output', outputs.length ? `${Math.min(...outputs).toFixed(1)} dB` : '\u2013'],
    ['largest rmse/scale', show(Math.max(...coarse.map(tensor => tensor.steps)))],
  ];
  if (report.accuracy)
    cards.splice(1, 0, ['accuracy in float', `${report.accuracy.float.toFixed(2)} %`],
                       ['accuracy quantized', `${report.accuracy.quantized.toFixed(2)} %`]);
  document.getElementById('summary').append(...cards.map(([name, value, className = '']) =>
    element('div', {class: className}, element('dt', {}, name), element('dd', {}, value))));
}

function showDepth() {
  const choice = document.getElementById('measure');
  const hasScales = tensors.some(tensor => tensor.isCoarse && tensor.steps !== null);
  choice.value = hasScales ? 'steps' : 'sqnr';
  choice.querySelector('[value=steps]').disabled = !hasScales;
  const update = () => {
    const isSteps = choice.value === 'steps';
    document.querySelector('.steps-only').hidden = !isSteps;
    document.getElementById('depth').setAttribute('aria-label',
      `${measures[choice.value].text} of ${tensors.length} tensors along the depth of the network`);
    draw('depth', () => depthPlot(choice.value));
  };
  choice.addEventListener('change', update);
  document.getElementById('depth').addEventListener('keydown', event => {
    const step = {ArrowRight: 1, ArrowLeft: -1}[event.key];
    if (!step)
      return;
    event.preventDefault();
    select(tensors[(selection.node?.row?.index ?? -1) + step]?.node);
  });
  selection.listeners.push(() => Chart.getChart('depth').update());
  update();
}

function showRemedies(found) {
  if (!found)
    return;
  document.getElementById('remedies-section').hidden = false;
  document.getElementById('remedies-note').textContent =
    `Single operations computed more precisely, measured on ${found.samples} samples of the profile: ` +
    `${fixed(found.sqnr, 1)} dB as it is, ${fixed(found.sqnr_without_rounded_activations, 1)} dB if no activation was rounded.`;
  document.getElementById('remedies').setAttribute('aria-label',
    'SQNR of the worst output with each remedy, over its share of the multiplications');
  draw('remedies', () => remediesPlot(found));
}

function showAttribution() {
  if (!tensors.some(tensor => tensor.attribution))
    return;
  document.getElementById('attribution-section').hidden = false;
  document.getElementById('attribution').setAttribute('aria-label', 'Shares of the sources in the error of every tensor');
  draw('attribution', attributionPlot);
}

// Positions in the report may have gaps; those among the rows have none.
tensors.forEach((tensor, position) => tensor.index = position);
showSummary();
buildTable();
showDepth();
showAttribution();
showRemedies(report.what_if);
selection.listeners.push(showDetails);
const worst = tensors.filter(tensor => tensor.isCoarse && tensor.steps !== null).sort((a, b) => b.steps - a.steps)[0];
select((byName.get(report.suspects[0]) ?? worst ?? tensors[0])?.node);
startGraph();
