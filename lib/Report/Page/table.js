'use strict';
// The table of all tensors: sorted by any column, searched, walked through with arrow keys.

const columns = [
  {title: '#', value: tensor => tensor.index, text: tensor => String(tensor.index)},
  {title: 'tensor', value: tensor => tensor.name, className: 'text name'},
  {title: 'operation', value: tensor => tensor.op, className: 'text'},
  {title: 'scheme', value: tensor => tensor.scheme, className: 'text'},
  {title: 'rmse/scale', value: tensor => tensor.steps},
  {title: 'cumulative', value: tensor => tensor.cumulativeSteps},
  {title: 'local dB', value: tensor => tensor.local.sqnr_db ?? null, text: tensor => fixed(tensor.local.sqnr_db, 1)},
  {title: 'cumulative dB', value: tensor => tensor.cumulative.sqnr_db ?? null, text: tensor => fixed(tensor.cumulative.sqnr_db, 1)},
  {title: 'clipped %', value: tensor => tensor.clipped},
  {title: 'integers used', value: tensor => tensor.codes ? tensor.used_codes / tensor.codes : null,
    text: tensor => tensor.codes ? `${tensor.used_codes} of ${tensor.codes}` : '\u2013'},
  {title: 'smallest', value: tensor => tensor.cumulative.range?.[0] ?? null},
  {title: 'largest', value: tensor => tensor.cumulative.range?.[1] ?? null},
];

function buildTable() {
  const table = document.getElementById('table');
  const head = element('tr');
  columns.forEach((column, number) => {
    const button = element('button', {type: 'button'}, column.title);
    button.addEventListener('click', () => sortBy(number));
    column.header = element('th', {scope: 'col', class: column.className ?? ''}, button);
    head.append(column.header);
  });
  table.tHead.append(head);
  for (const tensor of tensors) {
    const row = element('tr', {tabindex: 0});
    row.classList.toggle('suspect', tensor.suspect);
    for (const column of columns) {
      const value = column.value(tensor);
      const text = column.text ? column.text(tensor) : typeof value === 'string' ? value : show(value);
      const cell = element('td', {class: column.className ?? ''}, text);
      if (column.title === 'tensor')
        cell.title = tensor.name;
      row.append(cell);
    }
    onActivate(row, () => {
      select(tensor.node);
      document.getElementById('tensor').scrollIntoView({block: 'nearest'});
    });
    row.addEventListener('keydown', walkRows);
    tensor.tableRow = row;
    table.tBodies[0].append(row);
  }
  document.getElementById('search').addEventListener('input', search);
  selection.listeners.push(node => {
    for (const tensor of tensors) {
      tensor.tableRow.classList.toggle('selected', tensor.node === node);
      tensor.tableRow.setAttribute('aria-selected', tensor.node === node);
    }
  });
  search();
}

/** Numbers begin with the largest; what has no value is always last. */
function sortBy(number) {
  const column = columns[number];
  const isText = typeof column.value(tensors[0] ?? {name: ''}) === 'string' || number === 0;
  const current = column.header.getAttribute('aria-sort');
  const ascending = current ? current === 'descending' : isText;
  for (const other of columns)
    other.header.removeAttribute('aria-sort');
  column.header.setAttribute('aria-sort', ascending ? 'ascending' : 'descending');
  const sign = ascending ? 1 : -1;
  const sorted = [...tensors].sort((a, b) => {
    const x = column.value(a), y = column.value(b);
    if (x === null || y === null)
      return (x === null) - (y === null) || a.index - b.index;
    return sign * (typeof x === 'string' ? x.localeCompare(y) : x - y) || a.index - b.index;
  });
  document.getElementById('table').tBodies[0].append(...sorted.map(tensor => tensor.tableRow));
}

function search() {
  const words = document.getElementById('search').value.toLowerCase().split(/\s+/);
  let shown = 0;
  for (const tensor of tensors) {
    const text = `${tensor.name} ${tensor.op} ${tensor.scheme} ${tensor.suspect ? 'suspect' : ''}`.toLowerCase();
    tensor.tableRow.hidden = !words.every(word => text.includes(word));
    shown += !tensor.tableRow.hidden;
  }
  document.getElementById('count').textContent = `${shown} of ${tensors.length}`;
}

function walkRows(event) {
  const step = {ArrowDown: 'nextElementSibling', ArrowUp: 'previousElementSibling'}[event.key];
  if (!step)
    return;
  event.preventDefault();
  let row = event.currentTarget[step];
  while (row?.hidden)
    row = row[step];
  row?.focus();
}
