// The pictures of docs/guide-cabinet.md. They are written there when ECRANS
// names the folder, and only looked at otherwise: every page that the guide
// shows must be one that the application has.

import assert from 'node:assert/strict';
import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, test } from 'node:test';

import { DEPOT, browser, demonstration, practice } from './commun.mjs';

let at;
let chrome;
before(async () => {
  at = await practice();
  chrome = await browser();
});
after(async () => {
  await chrome.close();
  await at.stop();
});

/** A page that tells of past months, once they are read. */
async function past(page, path) {
  do await page.goto(at.address + path);
  while (await page.locator('text=Calcul en cours').count() > 0);
}

/** A statement that is wrong, and what the page says of it. */
async function statement(page) {
  await page.goto(`${at.address}/releves?campagne=2025`);
  await page.click('main a[href*="dispositif=rosp-adulte"]');
  const typed = {
    recu: '2026-04-30', patientele: '400', reference: '800', valeur_point: '7',
    'numerateur:diabete-hba1c': '3', 'denominateur:diabete-hba1c': '5',
    'points:diabete-hba1c': '10', 'montant:diabete-hba1c': '1',
  };
  for (const [name, value] of Object.entries(typed)) await page.fill(`[name="${name}"]`, value);
  await Promise.all([page.waitForNavigation(), page.click('main form button.main')]);
}

/** The pages shown: name of the picture, how to get there. */
const PICTURES = [
  ['aujourdhui', async (page) => page.goto(`${at.address}/`)],
  ['indicateurs', async (page) => past(page, '/indicateurs?campagne=2025')],
  ['indicateur', async (page) => past(page, '/indicateurs/rosp-adulte/cancer-col?campagne=2025')],
  ['patients', async (page) => page.goto(`${at.address}/patients`)],
  ['patient', async (page) => {
    await page.goto(`${at.address}/patients`);
    await page.click('#liste th a >> nth=0');
  }],
  ['prevision', async (page) => past(page, '/prevision')],
  ['declarations', async (page) => page.goto(`${at.address}/declarations`)],
  ['calendrier', async (page) => page.goto(`${at.address}/calendrier`)],
  ['releve', statement],
  ['simulation', async (page) => page.goto(`${at.address}/simulation`)],
  ['import', async (page) => page.goto(`${at.address}/import`)],
  ['reglages', async (page) => page.goto(`${at.address}/reglages`)],
];

test('chaque image du guide', async () => {
  const guide = await readFile(join(DEPOT, 'docs/guide-cabinet.md'), 'utf8');
  const shown = [...guide.matchAll(/\(guide-cabinet\/([a-z]+)\.png\)/g)].map((found) => found[1]);
  assert.deepEqual(shown.sort(), PICTURES.map(([name]) => name).sort());
  const folder = process.env.ECRANS;
  if (folder) await mkdir(folder, { recursive: true });
  const { page, complaints, context } = await chrome.window({ viewport: { width: 1100, height: 760 } });
  await demonstration(page, at);
  for (const [name, go] of PICTURES) {
    await go(page);
    assert.ok(await page.locator('h1').isVisible(), name);
    const picture = await page.screenshot(folder ? { path: join(folder, `${name}.png`) } : {});
    assert.ok(picture.length > 5_000, name);
  }
  assert.deepEqual(complaints, []);
  await context.close();
});
