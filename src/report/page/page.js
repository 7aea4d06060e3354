// SPDX-License-Identifier: GPL-2.0-or-later
// Adds choosing of pairs, the drawn way, and search to a page that stands
// complete without.  Texts go in as text only; nothing here reads markup.
'use strict';
(() => {
  const $ = (id) => document.getElementById(id);
  const data = JSON.parse($('data').textContent);
  const make = (tag, className, ...parts) => {
    const element = document.createElement(tag);
    if (className) element.className = className;
    element.append(...parts);
    return element;
  };
  document.documentElement.classList.add('js');
  for (const part of document.querySelectorAll('aside, .find, .tools'))
    part.hidden = false;

  // ---- functions and their rows in the tree ------------------------------

  const nodeOf = (f) => $('f' + f);
  const rowOf = (f) => nodeOf(f).querySelector('.r');
  const cell = (f, name) => rowOf(f).querySelector('.' + name);
  const nameOf = (f) => cell(f, 'nm').textContent;
  const shortOf = (f) => data.addresses[f].replace(/^0000:/, '');

  const reveal = (node) => {
    for (let up = node.parentElement; up; up = up.parentElement)
      if (up.tagName === 'DETAILS') up.open = true;
  };
  let here = null;
  const show = (f) => {
    const row = rowOf(f);
    reveal(nodeOf(f));
    if (here) here.classList.remove('here');
    here = row;
    row.classList.add('here');
    row.tabIndex = row.tagName === 'SUMMARY' ? 0 : -1;
    row.scrollIntoView({block: 'center'});
    row.focus({preventScroll: true});
  };
  const addressButton = (f) => {
    const button = make('button', 'ad', data.addresses[f]);
    button.type = 'button';
    button.title = 'Show in the tree';
    button.addEventListener('click', () => show(f));
    return button;
  };

  // ---- the sentences of a pair --------------------------------------------

  const kHole = '\u0001';
  const plain = (line) => {
    let next = 2;
    return data.texts[line[1]].split(kHole).reduce(
        (text, part) => text + data.addresses[line[next++]] + part);
  };
  const sentence = (line) => {
    const parts = data.texts[line[1]].split(kHole);
    const nodes = [parts[0]];
    for (let i = 1; i < parts.length; ++i)
      nodes.push(addressButton(line[i + 1]), parts[i]);
    return nodes;
  };
  const toCopy = new Set(['boot', 'or', 'run time']);
  const description = (numbers) => {
    const list = make('dl');
    for (const number of numbers) {
      const line = data.lines[number];
      const label = data.texts[line[0]];
      list.append(make('dt', '', label));
      list.append(make(
          'dd', '',
          ...(toCopy.has(label) ? [make('code', '', plain(line))] :
                                  sentence(line))));
    }
    return list;
  };
  // A line that leads: its text without its label.
  const isLead = (number) =>
      ['verdict', 'wish'].includes(data.texts[data.lines[number][0]]);

  // ---- the way ---------------------------------------------------------------

  const chain = (f) => {
    const up = [];
    for (; f >= 0; f = data.upstream[f]) up.push(f);
    return up;
  };
  // {up: from the provider, top: bus numbers, down: to the client, common}
  const wayOf = (pair) => {
    const up = chain(pair.p), other = chain(pair.c);
    const common = up.find((f) => other.includes(f));
    const from = data.bus[pair.p], to = data.bus[pair.c];
    if (pair.p === pair.c) return {up: [pair.p], top: [], down: []};
    if (from < 0 || to < 0) return {up: [pair.p], top: [], down: [pair.c]};
    const below = (list) => list.slice(0, list.indexOf(common));
    if (common === undefined)
      return {up, top: from === to ? [from] : [from, to],
              down: other.reverse()};
    const down = below(other).reverse();
    if (pair.over) return {up, top: [from], down, common};
    return {up: [...below(up), common], top: [], down};
  };

  const hop = (f, end) => make('li', end ? 'end' : '', addressButton(f), ' ',
                               cell(f, 'a').querySelector('small')
                                   .cloneNode(true), ' ',
                               ...[...cell(f, 'ac').querySelectorAll('.k')]
                                   .map((mark) => mark.cloneNode(true)));
  // The link above a function; a downstream port has its link below.
  const link = (f) => {
    const type = cell(f, 'a').querySelector('small').textContent;
    const text = cell(f, 'ln').textContent;
    return text && type !== 'DSP' && type !== 'RP' ? [make('li', 'lk', text)] :
                                                     [];
  };
  const drawStrip = (pair) => {
    const way = wayOf(pair);
    const list = make('ol', 'route');
    way.up.forEach((f, i) => {
      list.append(hop(f, i === 0));
      if (i + 1 < way.up.length) list.append(...link(f));
    });
    for (const bus of way.top)
      list.append(make('li', 'top', make('span', 'mono', data.buses[bus]),
                       ' host bridge'));
    if (way.common !== undefined)
      list.append(make('li', 'lk', 'and back down to ',
                       data.addresses[way.common]));
    way.down.forEach((f, i) => {
      list.append(...link(f), hop(f, i + 1 === way.down.length));
    });
    return list;
  };

  const marked = [];
  const mark = (element, name) => {
    element.classList.add(name);
    marked.push([element, name]);
  };
  const hops = [];
  const clearTree = () => {
    for (const [element, name] of marked) element.classList.remove(name);
    for (const badge of hops) badge.remove();
    marked.length = hops.length = 0;
  };
  const label = (f, text) => {
    const badge = make('span', 'hop', text);
    cell(f, 'ac').append(badge);
    hops.push(badge);
  };
  const drawInTree = (pair) => {
    clearTree();
    const way = wayOf(pair);
    const touched = new Set([...way.up, ...way.down]);
    for (const f of touched) {
      const node = nodeOf(f);
      reveal(node);
      mark(node, 'rt');
      const isPeak = f === way.up[way.up.length - 1] && !way.top.length;
      if (isPeak) {
        mark(node, 'pk');
        continue;
      }
      for (let before = node.previousElementSibling; before;
           before = before.previousElementSibling)
        mark(before, 'ps');
      if (data.upstream[f] < 0) mark(node.closest('.hb'), 'rt');
    }
    label(pair.p, 'provider');
    if (pair.p !== pair.c) label(pair.c, 'client');
  };

  // ---- pairs --------------------------------------------------------------------

  const keyOf = (p, c) => p * data.addresses.length + c;
  const pairs = new Map(data.pairs.map(
      ([p, c, bits, distance, over, advice, lines]) =>
          [keyOf(p, c), {p, c, bits, distance, over: over === 1, advice,
                         lines}]));
  const wordOf = {1: 'no', 2: 'bus', 4: 'thru', 6: 'yes'};
  const look = (bits) => 'w o' + (wordOf[bits] ? bits : 7);

  const end = (f, role) => make('span', '', role + ' ', addressButton(f), ' ',
                                make('small', '', nameOf(f)));
  const verdictOf = (pair) => make(
      'p', 'verdict', make('b', look(pair.bits), wordOf[pair.bits] || '?'), ' ',
      data.outcomes[pair.bits]);
  const addLed = (into, numbers) => {
    for (const number of numbers.filter(isLead))
      into.push(make('small', '', plain(data.lines[number])));
    into.push(description(numbers.filter((number) => !isLead(number))));
  };
  const backOf = (pair) => {
    const back = pairs.get(keyOf(pair.c, pair.p));
    if (!back || pair.p === pair.c) return [];
    const button = make('button', '', 'Show the other direction');
    button.type = 'button';
    button.addEventListener('click', () => choose(back.p, back.c));
    const same = back.bits === pair.bits && back.distance === pair.distance;
    return [make('h3', '', 'The other direction'),
            make('p', '', make('b', look(back.bits), wordOf[back.bits] || '?'),
                 ' ' + (same ? 'the same: ' : '') + data.outcomes[back.bits],
                 ' ', button)];
  };
  const adviceOf = (pair) => {
    if (pair.advice < 0) return [];
    const numbers = data.advice[pair.advice];
    const head = data.lines[numbers.find(isLead)];
    return [make('h3', '', 'Advice: ' + plain(head)),
            description(numbers.filter((number) => !isLead(number)))];
  };

  const marksOfChoice = [];
  const markChoice = (pair) => {
    for (const [element, undo] of marksOfChoice) undo(element);
    marksOfChoice.length = 0;
    if (!pair) return;
    const on = (element) => {
      if (!element) return;
      element.classList.add('on');
      marksOfChoice.push([element, (e) => e.classList.remove('on')]);
    };
    for (const row of document.querySelectorAll('.classes tr[data-p]'))
      if (+row.dataset.p === pair.p && +row.dataset.c === pair.c) on(row);
    const chosen = cellOf(pair.p, pair.c);
    if (!chosen) return;
    on(chosen.parentElement.cells[0]);
    on(table.tHead.rows[0].cells[chosen.cellIndex]);
    chosen.setAttribute('aria-selected', 'true');
    marksOfChoice.push([chosen, (e) => e.removeAttribute('aria-selected')]);
  };

  const choose = (p, c) => {
    const pair = pairs.get(keyOf(p, c));
    if (!pair) return;
    const parts = [make('p', 'ends', end(p, 'provider'), make('br'),
                        end(c, 'client')),
                   verdictOf(pair)];
    addLed(parts, pair.lines);
    parts.push(make('h3', '', 'The way'), drawStrip(pair));
    parts.push(...adviceOf(pair), ...backOf(pair));
    $('shown').replaceChildren(...parts);
    $('pair').scrollTop = 0;
    markChoice(pair);
    drawInTree(pair);
    $('said').textContent = `${shortOf(p)} to ${shortOf(c)}: ${
        data.outcomes[pair.bits]}`;
  };
  const empty = $('shown').firstElementChild;
  const letGo = () => {
    $('shown').replaceChildren(empty);
    markChoice(null);
    clearTree();
  };

  // ---- the matrix as a grid -----------------------------------------------------

  const table = $('matrix');
  const positions = new Map(data.devices.map((f, i) => [f, i]));
  const cellOf = (p, c) => table && positions.has(p) && positions.has(c) ?
      table.tBodies[0].rows[positions.get(p)].cells[positions.get(c) + 1] :
      null;
  const placeOf = (td) => [td.parentElement.sectionRowIndex, td.cellIndex - 1];
  let current = null;
  const makeCurrent = (td) => {
    if (current) current.tabIndex = -1;
    current = td;
    td.tabIndex = 0;
    const [row, column] = placeOf(td);
    const p = data.devices[row], c = data.devices[column];
    td.setAttribute('aria-label', `${td.textContent}: ${shortOf(p)} to ${
                                      shortOf(c)}`);
  };
  const focusOn = (row, column) => {
    const last = data.devices.length - 1;
    const within = (n) => Math.max(0, Math.min(last, n));
    makeCurrent(table.tBodies[0].rows[within(row)].cells[within(column) + 1]);
    current.focus();
    keepClear(current);
  };
  // Out from under the sticky heads.
  const keepClear = (td) => {
    const box = table.parentElement;
    const left = table.rows[0].cells[0].offsetWidth;
    const top = table.tHead.offsetHeight;
    if (td.offsetLeft < box.scrollLeft + left)
      box.scrollLeft = td.offsetLeft - left;
    if (td.offsetTop < box.scrollTop + top) box.scrollTop = td.offsetTop - top;
  };
  const chooseCell = (td) => {
    const [row, column] = placeOf(td);
    choose(data.devices[row], data.devices[column]);
  };
  const onKey = (event) => {
    if (!current || event.altKey || event.metaKey) return;
    const [row, column] = placeOf(current);
    const last = data.devices.length - 1;
    const far = event.ctrlKey;
    const to = {
      ArrowUp: [row - 1, column],
      ArrowDown: [row + 1, column],
      ArrowLeft: [row, column - 1],
      ArrowRight: [row, column + 1],
      Home: [far ? 0 : row, 0],
      End: [far ? last : row, last],
      PageUp: [row - 10, column],
      PageDown: [row + 10, column],
    }[event.key];
    if (to)
      focusOn(...to);
    else if (event.key === 'Enter' || event.key === ' ')
      chooseCell(current);
    else
      return;
    event.preventDefault();
  };
  if (table) {
    $('keys').hidden = false;
    table.setAttribute('role', 'grid');
    table.setAttribute('aria-labelledby', 'pairs-head');
    table.parentElement.removeAttribute('tabindex');
    table.parentElement.removeAttribute('role');
    table.parentElement.removeAttribute('aria-label');
    makeCurrent(table.tBodies[0].rows[0].cells[Math.min(2, data.devices.length)]);
    table.addEventListener('keydown', onKey);
    table.tBodies[0].addEventListener('click', (event) => {
      const td = event.target.closest('td');
      if (!td) return;
      makeCurrent(td);
      td.focus({preventScroll: true});
      chooseCell(td);
    });
  }
  document.addEventListener('keydown', (event) => {
    if (event.key !== 'Escape') return;
    if (!$('found').hidden)
      closeSearch();
    else
      letGo();
  });

  // ---- classes --------------------------------------------------------------------

  for (const row of document.querySelectorAll('.classes tr[data-p]')) {
    const p = +row.dataset.p, c = +row.dataset.c;
    const button = make('button', '', 'Show');
    button.type = 'button';
    button.setAttribute('aria-label', `Show ${data.addresses[p]} to ${
                                          data.addresses[c]}`);
    button.addEventListener('click', () => choose(p, c));
    row.querySelector('.ex').prepend(button, ' ');
  }

  // ---- search -----------------------------------------------------------------------

  const kMostFound = 40;
  let index = null;
  const indexOf = () => data.addresses.map((address, f) => {
    const text = (name) => cell(f, name).textContent;
    const group = text('gr');
    return `${address} ${text('a')} ${text('dr')} ${text('nm')}${
        group ? ` group ${group}` : ''}`.toLowerCase();
  });
  const closeSearch = () => {
    $('found').hidden = true;
    $('find').focus();
  };
  const foundItem = (f) => {
    const button = make('button', '', make('span', 'mono', data.addresses[f]),
                        ' ', ...[...cell(f, 'a').querySelectorAll('small, .kd')]
                                 .map((part) => part.cloneNode(true)),
                        ' ', nameOf(f), ' ',
                        make('small', '', cell(f, 'dr').textContent));
    button.type = 'button';
    button.addEventListener('click', () => {
      $('found').hidden = true;
      show(f);
    });
    return make('li', '', button);
  };
  const search = () => {
    const words = $('find').value.toLowerCase().trim();
    const box = $('found');
    box.hidden = words === '';
    if (box.hidden) return;
    index = index || indexOf();
    // "group 12" is not "group 123".
    const fits = (text) => /^group \d+$/.test(words) ?
        text.endsWith(words) : words.split(/\s+/).every((w) => text.includes(w));
    const hits = [];
    index.forEach((text, f) => { if (fits(text)) hits.push(f); });
    const more = hits.length > kMostFound ?
        `, the first ${kMostFound} here` : '';
    box.replaceChildren(
        make('p', '', `${hits.length} found${more}`),
        make('ul', '', ...hits.slice(0, kMostFound).map(foundItem)));
    $('said').textContent = `${hits.length} found`;
  };
  $('find').addEventListener('input', search);
  $('find').addEventListener('keydown', (event) => {
    const first = $('found').querySelector('button');
    if (!first || $('found').hidden) return;
    if (event.key === 'Enter') first.click();
    if (event.key === 'ArrowDown') first.focus();
    if (event.key === 'Enter' || event.key === 'ArrowDown')
      event.preventDefault();
  });
  $('found').addEventListener('keydown', (event) => {
    const item = event.target.closest('li');
    const next = item && {ArrowDown: item.nextElementSibling,
                          ArrowUp: item.previousElementSibling}[event.key];
    if (!item || !['ArrowDown', 'ArrowUp'].includes(event.key)) return;
    (next ? next.querySelector('button') : $('find')).focus();
    event.preventDefault();
  });
  document.addEventListener('click', (event) => {
    if (!event.target.closest('.find')) $('found').hidden = true;
  });

  // ---- folding, and paper -------------------------------------------------------------

  const folds = () => document.querySelectorAll('.tree details');
  $('unfold').addEventListener('click', () => {
    for (const fold of folds()) fold.open = true;
  });
  $('fold').addEventListener('click', () => {
    for (const fold of folds()) fold.open = false;
  });
})();
