'use strict';
// The network as a graph: dagre computes the layout, SVG shows it.

const kNodeWidth = 205, kNodeHeight = 42;
const svgElement = (tag, attributes, ...children) => {
  const created = document.createElementNS('http://www.w3.org/2000/svg', tag);
  for (const [name, value] of Object.entries(attributes))
    created.setAttribute(name, value);
  created.append(...children);
  return created;
};

/** Positions of boxes, given what each reads, and the points of every edge. Runs in a worker. */
function layOut({reads, width, height}) {
  const graph = new dagre.graphlib.Graph();
  graph.setGraph({rankdir: 'TB', nodesep: 18, ranksep: 26, marginx: 8, marginy: 8, ranker: 'tight-tree'});
  graph.setDefaultEdgeLabel(() => ({}));
  reads.forEach((sources, index) => {
    graph.setNode(String(index), {width, height});
    for (const source of sources)
      graph.setEdge(String(source), String(index));
  });
  dagre.layout(graph);
  const {width: totalWidth, height: totalHeight} = graph.graph();
  return {
    width: totalWidth, height: totalHeight, edges: graph.edges().map(edge => graph.edge(edge).points),
    boxes: reads.map((_, index) => ({x: graph.node(String(index)).x, y: graph.node(String(index)).y})),
  };
}

/** The layout of a large network takes seconds, in which the page shall answer. */
function startGraph() {
  const task = {reads: nodes.map(node => node.reads), width: kNodeWidth, height: kNodeHeight};
  const here = () => setTimeout(() => drawGraph(layOut(task)), 30);
  try {
    const program = [document.getElementById('dagre').textContent, layOut.toString(),
                     'onmessage = ({data}) => postMessage(layOut(data));'];
    const worker = new Worker(URL.createObjectURL(new Blob([program.join('\n')], {type: 'text/javascript'})));
    worker.onmessage = ({data}) => {
      worker.terminate();
      drawGraph(data);
    };
    worker.onerror = here;
    worker.postMessage(task);
  } catch {
    here(); // a browser that gives pages from disk no workers
  }
}

/** A curve through the middles of what dagre's points connect. */
function curve(points) {
  const middle = (a, b) => `${(a.x + b.x) / 2},${(a.y + b.y) / 2}`;
  let path = `M${points[0].x},${points[0].y}`;
  for (let i = 1; i + 1 < points.length; ++i)
    path += ` Q${points[i].x},${points[i].y} ` +
      (i + 2 < points.length ? middle(points[i], points[i + 1]) : `${points[i + 1].x},${points[i + 1].y}`);
  return points.length === 2 ? path + ` L${points[1].x},${points[1].y}` : path;
}

function describeNode(node) {
  const kinds = node.operations.map(kind => kind.replace(/^(tosa|ptq)\./, ''));
  const kind = node.operations.length ? shorten(kinds.join(' + '), 30) : 'input';
  const value = node.row && node.row.steps !== null ? ` \u00b7 ${show(node.row.steps, 2)}` : '';
  return kind + value;
}

function drawGraph({width, height, edges, boxes: places}) {
  const svg = svgElement('svg', {width, height, viewBox: `0 0 ${width} ${height}`, role: 'group', 'aria-label': 'The network as a graph'},
    svgElement('defs', {},
      svgElement('marker', {id: 'arrow', viewBox: '0 0 8 8', refX: 7, refY: 4, markerWidth: 7, markerHeight: 7, orient: 'auto'},
        svgElement('path', {d: 'M0,0 L8,4 L0,8 z'}))));
  for (const points of edges)
    svg.append(svgElement('path', {class: 'edge', d: curve(points), 'marker-end': 'url(#arrow)'}));
  const boxes = nodes.map(node => {
    const {x, y} = places[node.index];
    const box = svgElement('g', {
      class: 'node ' + judge(node.row), transform: `translate(${x - kNodeWidth / 2},${y - kNodeHeight / 2})`,
      tabindex: node.index ? -1 : 0, role: 'button',
      'aria-label': `${node.tensor}, ${describeNode(node)}${node.row?.suspect ? ', suspect' : ''}`,
    },
    svgElement('title', {}, node.tensor),
    svgElement('rect', {width: kNodeWidth, height: kNodeHeight, rx: 7}),
    svgElement('text', {x: kNodeWidth / 2, y: 18}, (node.row?.suspect ? '\u26a0 ' : '') + shorten(node.tensor, 24)),
    svgElement('text', {class: 'kind', x: kNodeWidth / 2, y: 34}, describeNode(node)));
    onActivate(box, () => select(node));
    box.addEventListener('keydown', event => walk(event, node, boxes));
    svg.append(box);
    return box;
  });
  const pane = document.getElementById('graph');
  pane.replaceChildren(svg);
  const follow = node => {
    boxes.forEach((box, index) => {
      box.classList.toggle('selected', index === node.index);
      box.setAttribute('aria-pressed', index === node.index);
      box.setAttribute('tabindex', index === node.index ? 0 : -1);
    });
    // Scrolls the pane, not the page.
    const {x, y} = places[node.index];
    if (y < pane.scrollTop + kNodeHeight || y > pane.scrollTop + pane.clientHeight - kNodeHeight)
      pane.scrollTop = y - pane.clientHeight / 2;
    const left = Math.max(0, (pane.clientWidth - width) / 2);
    pane.scrollLeft = left ? 0 : x - pane.clientWidth / 2;
  };
  selection.listeners.push(follow);
  if (selection.node)
    follow(selection.node);
}

/** Arrow keys go along the edges, left and right in the network's order. */
function walk(event, node, boxes) {
  const next = {
    ArrowDown: readers[node.index][0], ArrowUp: node.reads[0], ArrowRight: node.index + 1, ArrowLeft: node.index - 1,
  }[event.key];
  if (next === undefined || !boxes[next])
    return;
  event.preventDefault();
  boxes[node.index].setAttribute('tabindex', -1);
  boxes[next].setAttribute('tabindex', 0);
  boxes[next].focus();
}
