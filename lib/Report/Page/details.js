'use strict';
// What the report knows of the selected tensor.

/** Buttons that lead to other nodes. */
function links(indices) {
  return indices.flatMap((index, i) => {
    const button = element('button', {type: 'button', title: nodes[index].tensor}, shorten(nodes[index].tensor, 60));
    button.addEventListener('click', () => select(nodes[index]));
    return i ? [', ', button] : [button];
  });
}

function showDetails(node) {
  const tensor = node.row;
  const list = element('dl');
  const add = (term, ...content) => {
    if (content.some(part => part !== ''))
      list.append(element('dt', {}, term), element('dd', {}, ...content));
  };
  add('operations', node.operations.join(', ') || 'input of the network');
  add('reads', ...links(node.reads));
  add('read by', ...links(readers[node.index]));
  const heading = [element('h3', {}, node.tensor)];
  if (tensor) {
    add('scheme', tensor.scheme);
    add('location', tensor.location.replace(/^loc\((.*)\)$/s, '$1'));
    if (tensor.grid) {
      add('grid', `scale ${show(tensor.scale, 5)}, zero point ${tensor.zero_point}: ${tensor.codes} integers ` +
        `from ${show(tensor.grid[0])} to ${show(tensor.grid[1])}, ${tensor.used_codes} in use`);
      add('clipped', `${show(100 * tensor.clipped_low)} % below, ${show(100 * tensor.clipped_high)} % above`);
    }
    if (tensor.attribution)
      add('error made of', sources.map(source => `${source} ${fixed(share(tensor, source), 1)} %`).join(', '));
    if (tensor.suspect)
      heading.push(element('p', {class: 'reason'}, `\u26a0 Suspect: ${suspects.get(tensor.tensor)}.`));
  }
  document.getElementById('heading').replaceChildren(...heading);
  document.getElementById('facts').replaceChildren(...(tensor ? [errorTable(tensor), list] : [list]));
  showPlots(node, tensor);
}

function errorTable(tensor) {
  const rows = [
    ['rmse/scale', show(tensor.steps), show(tensor.cumulativeSteps)],
    ['SQNR in dB', fixed(tensor.local.sqnr_db, 1), fixed(tensor.cumulative.sqnr_db, 1)],
    ['cosine', fixed(tensor.local.cosine, 5), fixed(tensor.cumulative.cosine, 5)],
    ['mean error', show(tensor.local.mean_error), show(tensor.cumulative.mean_error)],
    ['largest error', show(tensor.local.max_abs_error), show(tensor.cumulative.max_abs_error)],
  ];
  return element('table', {},
    element('thead', {}, element('tr', {}, element('th', {}, 'error'), element('th', {scope: 'col'}, 'local'),
      element('th', {scope: 'col'}, 'cumulative'))),
    element('tbody', {}, ...rows.map(([name, ...cells]) =>
      element('tr', {}, element('th', {scope: 'row'}, name), ...cells.map(cell => element('td', {}, cell))))));
}

function showPlots(node, tensor) {
  const hasHistogram = Boolean(tensor?.histogram);
  document.getElementById('histogram-figure').hidden = !hasHistogram;
  if (hasHistogram) {
    document.getElementById('histogram-note').textContent =
      tensor.grid && tensor.clipped > 0 ? `${show(tensor.clipped)} % are clipped.` : '';
    document.getElementById('histogram').setAttribute('aria-label',
      `Histogram of ${node.tensor} from ${show(tensor.cumulative.range[0])} to ${show(tensor.cumulative.range[1])}`);
    draw('histogram', () => histogramPlot(tensor));
  }
  const weights = node.weights.find(ranges => ranges.min.length > 1) ?? node.weights[0];
  document.getElementById('weights-figure').hidden = !weights;
  if (weights) {
    document.getElementById('weights').setAttribute('aria-label',
      `Ranges of ${weights.min.length} channels of the weights of ${node.tensor}`);
    draw('weights', () => weightsPlot(weights));
  }
}
