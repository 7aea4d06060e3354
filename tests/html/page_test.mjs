// SPDX-License-Identifier: GPL-2.0-or-later
// Opens pages of `report --html` in a real Chromium:
//
//   node page_test.mjs PACKAGES PAGES.json CHROMIUM [SCREENSHOTS]
//
// PACKAGES holds node_modules; PAGES.json names pages and what they must say
// (page_test.py writes it).  Prints what was compared; exit status 1 where
// something is wrong.
import fs from 'node:fs';
import {createRequire} from 'node:module';
import path from 'node:path';

const [, , packages, list, executablePath, screenshots] = process.argv;
const require = createRequire(path.resolve(packages, 'x.js'));
const {chromium} = require('playwright-core');
const axe = fs.readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8');
const pages = JSON.parse(fs.readFileSync(list, 'utf8'));

const kArguments = [
  '--headless', '--no-sandbox', '--disable-gpu', '--disable-quic',
  '--no-first-run', '--disable-background-networking',
  '--disable-component-update', '--disable-sync'
];
const kWide = {width: 1280, height: 900};
const kSlowest = 30000;  // a page that hangs, on the slowest of machines

let wrong = 0;
let checks = 0;
const expect = (what, is, should = true) => {
  ++checks;
  if (JSON.stringify(is) === JSON.stringify(should)) return;
  ++wrong;
  console.log(`WRONG ${what}: ${JSON.stringify(is)}, not ${
      JSON.stringify(should)}`);
};

const browser = await chromium.launch({executablePath, args: kArguments});

// A page with what it did that it must not: errors, violations, requests.
const open = async (file, options = {}) => {
  const context =
      await browser.newContext({viewport: kWide, ...options});
  const page = await context.newPage();
  const trouble = [];
  const url = 'file://' + path.resolve(file);
  page.on('console', (m) => trouble.push(`console: ${m.text()}`));
  page.on('pageerror', (error) => trouble.push(`error: ${error.message}`));
  page.on('dialog', (dialog) => {
    trouble.push('dialog');
    dialog.dismiss();
  });
  page.on('request', (request) => {
    if (decodeURI(request.url()) !== url)
      trouble.push(`request: ${request.url()}`);
  });
  await page.addInitScript(() => {
    addEventListener('securitypolicyviolation',
                     (event) => console.log('policy: ' + event.blockedURI));
  });
  const start = performance.now();
  await page.goto(url, {timeout: kSlowest});
  return {page, trouble, took: performance.now() - start,
          close: () => context.close()};
};

const picture = async (page, name, fullPage = true) => {
  if (screenshots)
    await page.screenshot({path: path.join(screenshots, `${name}.png`),
                           fullPage});
};

const fitsAcross = (page) => page.evaluate(
    () => document.documentElement.scrollWidth <= innerWidth);

// ---- what the page says, as data -------------------------------------------

// [provider, client, word, outcome of the data, distance] of each cell.
const matrixOf = (page) => page.evaluate(() => {
  const data = JSON.parse(document.getElementById('data').textContent);
  const key = (p, c) => `${p} ${c}`;
  const pairs = new Map(data.pairs.map((pair) => [key(pair[0], pair[1]), pair]));
  const rows = [...document.querySelectorAll('#matrix tbody tr')];
  return rows.flatMap((row, r) => [...row.querySelectorAll('td')].map((td, c) => {
    const pair = pairs.get(key(data.devices[r], data.devices[c]));
    return [data.addresses[pair[0]], data.addresses[pair[1]], td.textContent,
            pair[2], pair[3]];
  }));
});

const kWords = {1: 'no', 2: 'bus', 4: 'thru', 6: 'yes'};
const kBits = {NOT_SUPPORTED: 1, BUS_ADDR: 2, THRU_HOST_BRIDGE: 4};

const compareMatrix = async (host, page) => {
  const cells = await matrixOf(page);
  const lines = fs.readFileSync(host.tsv, 'utf8').trim().split('\n').slice(1);
  const expected = lines.map((line) => {
    const [p, c, , distance, possible] = line.split('\t');
    const bits = possible.split('|').reduce((sum, t) => sum + kBits[t], 0);
    return [p, c, kWords[bits] ?? '?', bits, distance === '-' ? -1 : +distance];
  });
  expect(`${host.name}: the matrix is that of matrix --tsv`, cells, expected);
  console.log(`${host.name}: ${cells.length} verdicts compared`);
};

const kPeers = ['gpu', 'nic', 'nvme', 'accelerator'];

// The table of classes against the classes of the JSON report.
const compareClasses = async (host, page) => {
  const rows = await page.evaluate(
      () => [...document.querySelectorAll('.classes tbody tr')].map((row) => {
        const data = JSON.parse(document.getElementById('data').textContent);
        const text = (n) => row.cells[n].textContent;
        return [text(0), text(1), row.querySelector('.w').textContent,
                data.addresses[row.dataset.p], data.addresses[row.dataset.c]];
      }));
  const report = JSON.parse(fs.readFileSync(host.json, 'utf8'));
  const expected = report.pair_classes
      .filter((c) => c.relation !== 'itself' &&
              (host.kinds !== 'peers' || (kPeers.includes(c.provider_kind) &&
                                          kPeers.includes(c.client_kind))))
      .map((c) => {
        const bits = c.possible.reduce((sum, type) => sum + kBits[type], 0);
        return [`${c.pairs}`, `${c.provider_kind} \u2192 ${c.client_kind}`,
                kWords[bits] ?? '?', ...c.example];
      });
  expect(`${host.name}: classes are those of report --json`, rows, expected);
  console.log(`${host.name}: ${rows.length} classes compared`);
};

// Every sentence of `pair --json` stands in the panel.
const compareSentences = async (host, page) => {
  let count = 0;
  for (const file of host.verdicts) {
    const {verdict, routes} = JSON.parse(fs.readFileSync(file, 'utf8'));
    await page.evaluate(([p, c]) => {
      const data = JSON.parse(document.getElementById('data').textContent);
      const at = (f) => data.devices.indexOf(data.addresses.indexOf(f));
      const row = document.querySelectorAll('#matrix tbody tr')[at(p)];
      row.querySelectorAll('td')[at(c)].click();
    }, [verdict.provider, verdict.client]);
    const shown = await page.locator('#shown dd').allTextContents();
    const texts = [...verdict.reasons,
                   ...routes.filter((r) => r.tlp !== 'translated-request')];
    for (const {text} of texts) {
      ++count;
      expect(`${host.name} ${verdict.provider} ${verdict.client}: "${text}"`,
             shown.includes(text));
    }
  }
  console.log(`${host.name}: ${count} sentences compared`);
};

// ---- a person ------------------------------------------------------------------

const checkMouse = async (page) => {
  const cell = page.locator('#matrix td').nth(3);
  await cell.click();
  expect('a click chooses', await cell.getAttribute('aria-selected'), 'true');
  expect('the panel has a verdict',
         await page.locator('#shown .verdict').count(), 1);
  const data = await page.evaluate(
      () => JSON.parse(document.getElementById('data').textContent));
  const [p, c] = [data.devices[0], data.devices[3]];
  const chain = (f) => f < 0 ? [] : [f, ...chain(data.upstream[f])];
  const should = [...new Set([...chain(p), ...chain(c)])].map((f) => `f${f}`);
  const drawn = await page.locator('.n.rt').evaluateAll(
      (nodes) => nodes.map((node) => node.id));
  expect('the way is drawn', drawn.sort(), should.sort());
  expect('its ends are named',
         await page.locator('.hop').allTextContents(), ['provider', 'client']);
  await page.getByRole('button', {name: 'Show the other direction'}).click();
  expect('the other direction',
         await page.locator('#matrix td[aria-selected]').evaluate(
             (td) => [td.parentElement.sectionRowIndex, td.cellIndex]),
         [3, 1]);
  await page.keyboard.press('Escape');
  expect('Escape lets go', [await page.locator('.n.rt').count(),
                            await page.locator('#shown .empty').count()],
         [0, 1]);
};

const focused = (page, does) => page.evaluate(
    `(${does})(document.activeElement)`);

const checkKeyboard = async (page) => {
  let tabs = 0;
  for (; tabs < 20; ++tabs) {
    await page.keyboard.press('Tab');
    if (await focused(page, '(e) => e.tagName === "TD"')) break;
  }
  expect('Tab comes to the matrix', tabs < 20);
  const place = () => focused(
      page, '(e) => [e.parentElement.sectionRowIndex, e.cellIndex - 1]');
  const last = await page.locator('#matrix tbody tr').count() - 1;
  for (const [key, should] of [
      ['Home', [0, 0]], ['ArrowLeft', [0, 0]], ['ArrowRight', [0, 1]],
      ['ArrowDown', [1, 1]], ['End', [1, last]], ['ArrowRight', [1, last]],
      ['Control+End', [last, last]], ['ArrowDown', [last, last]],
      ['ArrowUp', [last - 1, last]], ['Control+Home', [0, 0]],
      ['PageDown', [Math.min(10, last), 0]], ['PageUp', [0, 0]],
      ['ArrowRight', [0, 1]]]) {
    await page.keyboard.press(key);
    expect(`the matrix: ${key}`, await place(), should);
  }
  expect('one cell is in the order of Tab',
         await page.locator('#matrix td[tabindex="0"]').count(), 1);
  const outline = await focused(page, '(e) => getComputedStyle(e).outlineStyle');
  expect('the focus is seen', outline, 'solid');
  await page.keyboard.press('Enter');
  expect('Enter chooses', await page.locator('#shown .verdict').count(), 1);
  expect('it is said', /allowed|undecided/.test(
      await page.locator('#said').textContent()));
  await page.keyboard.press('Tab');
  expect('Tab comes to the panel', await focused(page, '(e) => e.className'),
         'ad');
  await page.keyboard.press('Enter');
  expect('Enter on an address comes to the tree',
         await focused(page, '(e) => e.classList.contains("r")'));
};

const checkSearch = async (page, words, count) => {
  await page.locator('#find').fill(words);
  const head = await page.locator('#found p').textContent();
  expect(`search: ${words}`, parseInt(head), count);
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Enter');
  const row = await focused(page, '(e) => e.textContent');
  expect(`search finds ${words}`, row.toLowerCase().includes(
      words.replace('group ', '')));
  expect('it is seen', await page.evaluate(() => {
    const box = document.activeElement.getBoundingClientRect();
    return box.height > 0 && box.top >= 0 && box.bottom <= innerHeight;
  }));
  expect('search is closed', await page.locator('#found').isHidden());
};

const accessible = async (page, what) => {
  await page.evaluate(axe);
  const result = await page.evaluate(async () => {
    const {violations, passes} = await globalThis.axe.run(document, {
      runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa',
                'best-practice']});
    return [violations.map((v) => [v.id, v.nodes.slice(0, 3).map(
        (node) => node.html.slice(0, 160))]), passes.length];
  });
  expect(`axe, ${what}`, result[0], []);
  expect(`axe looked, ${what}`, result[1] > 20);
};

const checkSchemes = async (host) => {
  for (const colorScheme of ['light', 'dark']) {
    const {page, trouble, close} = await open(host.page, {colorScheme});
    expect(`${colorScheme}: the ground`, await page.evaluate(() => {
      const [r] = getComputedStyle(document.body).backgroundColor.match(/\d+/);
      return +r > 127 ? 'light' : 'dark';
    }), colorScheme);
    await accessible(page, `${colorScheme}, nothing chosen`);
    await page.locator('#matrix td').nth(3).click();
    await page.locator('#find').fill('gpu');
    await accessible(page, `${colorScheme}, a pair and a search`);
    await picture(page, `${host.name}-${colorScheme}`);
    expect(`${colorScheme}: trouble`, trouble, []);
    await close();
  }
};

const checkPaper = async (host) => {
  const {page, close} = await open(host.page);
  await page.locator('#matrix td').nth(3).click();
  await page.locator('#fold').click();
  await page.emulateMedia({media: 'print', colorScheme: 'dark'});
  const shown = await page.evaluate(() => ({
    ground: getComputedStyle(document.body).backgroundColor,
    search: document.querySelector('.find').getClientRects().length,
    folded: [...document.querySelectorAll('.n > .r')].every(
        (row) => row.checkVisibility()),
  }));
  expect('paper is white, without controls, unfolded', shown,
         {ground: 'rgb(255, 255, 255)', search: 0, folded: true});
  if (screenshots)
    await page.pdf({path: path.join(screenshots, `${host.name}.pdf`)});
  await close();
};

const checkNarrow = async (host) => {
  const {page, trouble, close} =
      await open(host.page, {viewport: {width: 390, height: 844}});
  const cell = page.locator('#matrix td').nth(3);
  if (await cell.count()) await cell.click();
  expect(`${host.name}: 390 wide, nothing sticks out`, await fitsAcross(page));
  expect(`${host.name}: 390 wide, trouble`, trouble, []);
  await picture(page, `${host.name}-narrow`, !host.folded);
  await close();
};

// Without script: all of it as tables and lists.
const checkScriptless = async (host) => {
  const {page, trouble, close} =
      await open(host.page, {javaScriptEnabled: false});
  const shown = await page.evaluate(() => {
    const seen = (selector) => [...document.querySelectorAll(selector)].filter(
        (element) => element.checkVisibility());
    return {
      cells: seen('#matrix td').length,
      // Virtual functions are folded, which the browser itself opens.
      rows: seen('.tree .n > .r, .tree .n > details > .r').length +
          document.querySelectorAll('details.vf:not([open]) .n').length,
      reasons: seen('.classes .why li').length > 0,
      findings: document.querySelectorAll('.findings li.finding').length,
      controls: seen('button, input, aside').length,
      across: document.documentElement.scrollWidth <= innerWidth,
    };
  });
  expect(`${host.name}: without script`, shown,
         {cells: host.devices ** 2, rows: host.functions, reasons: true,
          findings: host.findings, controls: 0, across: true});
  expect(`${host.name}: without script, trouble`, trouble, []);
  await picture(page, `${host.name}-scriptless`);
  await close();
};

// ---- strangers ----------------------------------------------------------------

const checkHostile = async (host) => {
  const {page, trouble, close} = await open(host.page);
  const cells = page.locator('#matrix td');
  for (const n of [1, 2, 3]) await cells.nth(n).click();
  await page.locator('#find').fill('onerror');
  expect('the hostile names are there',
         parseInt(await page.locator('#found p').textContent()) > 0);
  const found = await page.evaluate(() => ({
    pwned: typeof globalThis.pwned,
    elements: document.querySelectorAll(
        'img, iframe, object, embed, form, base, svg [onload]').length,
    scripts: document.scripts.length,
    handlers: [...document.querySelectorAll('*')].filter(
        (e) => [...e.attributes].some((a) => /^on|^style$/.test(a.name))).length,
    // Nothing that turns its neighbours around, nothing that rings.
    odd: /[\u0000-\u0008\u000e-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/
        .test(document.body.innerText),
  }));
  expect('hostile names do nothing', found,
         {pwned: 'undefined', elements: 0, scripts: 2, handlers: 0,
          odd: false});
  expect('hostile names, trouble', trouble, []);
  await picture(page, `${host.name}-hostile`, false);
  await close();
};

// The test of the test: a page that does break in is stopped, and noticed.
const checkPlanted = async (host) => {
  const file = host.page.replace(/\.html$/, '-planted.html');
  const text = fs.readFileSync(host.page, 'utf8').replace(
      '<main>', '<main><script>globalThis.pwned = 1</script>' +
      '<img src="x.png" onerror="globalThis.pwned = 1"><p style="color:red">');
  fs.writeFileSync(file, text);
  const {page, trouble, close} = await open(file);
  expect('planted: stopped', await page.evaluate(() => typeof globalThis.pwned),
         'undefined');
  const count = (word) => trouble.filter((text) => text.includes(word)).length;
  expect('planted: noticed', [count('script-src') > 0, count('style-src') > 0,
                              count('img-src') > 0 || count('default-src') > 0],
         [true, true, true]);
  await close();
};

// ---- each host ------------------------------------------------------------------

// Until a click on a pair has been answered.
const measure = async (host, page, took) => {
  const start = performance.now();
  if (host.devices > 0) await page.locator('#matrix td').nth(1).click();
  else await page.locator('.classes button').first().click();
  await page.locator('#shown .verdict').waitFor();
  const answered = performance.now() - start;
  const size = fs.statSync(host.page).size;
  console.log(`${host.name}: ${host.functions} functions, ${host.devices} ` +
              `devices, ${(size / 1e6).toFixed(2)} MB: opened in ${
                  took.toFixed(0)} ms, a click answered in ${
                  answered.toFixed(0)} ms`);
  expect(`${host.name}: opens`, took + answered < kSlowest);
};

const checkHost = async (host) => {
  const {page, trouble, took, close} = await open(host.page);
  await measure(host, page, took);
  expect(`${host.name}: nothing sticks out`, await fitsAcross(page));
  expect(`${host.name}: a row each`,
         await page.locator('.tree .n').count(), host.functions);
  if (host.devices > 0) await compareMatrix(host, page);
  expect(`${host.name}: pairs or classes come before the tree`,
         await page.locator('section h2').evaluateAll(
             (heads) => heads.map((head) => head.id).filter(
                 (id) => /^(classes|tree)-head$/.test(id))),
         host.devices > 0 ? ['tree-head', 'classes-head'] :
                            ['classes-head', 'tree-head']);
  await compareClasses(host, page);
  await compareSentences(host, page);
  if (host.search) await checkSearch(page, ...host.search);
  expect(`${host.name}: trouble`, trouble, []);
  await picture(page, `${host.name}-wide`, false);
  await close();
};

for (const host of pages) await checkHost(host);
const [main] = pages;
{
  const {page, trouble, close} = await open(main.page);
  await checkMouse(page);
  await page.reload();
  await checkKeyboard(page);
  await checkSearch(page, 'mlx5_1', 1);
  await checkSearch(page, 'group 3', 1);
  expect('a person, trouble', trouble, []);
  await close();
}
await checkSchemes(main);
await checkPaper(main);
for (const host of pages) {
  await checkNarrow(host);
  if (!host.folded) await checkScriptless(host);
}
await checkHostile(pages.find((host) => host.hostile));
await checkPlanted(main);
await browser.close();
console.log(`${checks} checks, ${wrong} wrong`);
process.exit(wrong > 0 ? 1 : 0);
