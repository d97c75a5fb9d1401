// Every page that an account may open, in every light: no violation of the
// rules of access, nothing wider than a telephone, nothing asked of elsewhere.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import {
  DEMO, browser, demonstration, enter, overflows, practice, reached, violations,
} from './commun.mjs';

let at;
let chrome;
before(async () => {
  at = await practice();
  chrome = await browser();
  const { page, context } = await chrome.window();
  await demonstration(page, at);
  // The months are known, and a colleague agreed: every chart is there.
  assert.match(await known(page, '/prevision'), /Mise à l'épreuve/);
  await enter(page, at, 'consoeur', DEMO);
  await page.goto(`${at.address}/reglages/accords`);
  await page.locator('tr', { hasText: 'M0001' }).locator('button').click();
  await context.close();
});
after(async () => {
  await chrome.close();
  await at.stop();
});

/** A page once the past months are known; what it says. */
async function known(page, path) {
  const until = Date.now() + 300_000;
  for (;;) {
    await page.goto(at.address + path);
    const says = await page.textContent('main');
    if (!says.includes('Calcul en cours')) return says;
    assert.ok(Date.now() < until, path);
    await page.waitForTimeout(500);
  }
}

const LIGHTS = [
  ['claire', { viewport: { width: 1280, height: 900 } }],
  ['sombre', { viewport: { width: 1280, height: 900 }, colorScheme: 'dark' }],
  ['téléphone', { viewport: { width: 320, height: 640 } }],
  ['sans script', { viewport: { width: 1280, height: 900 }, javaScriptEnabled: false }],
];

test("les graphiques, à l'écran et sur le papier", async () => {
  const { page, complaints, context } = await chrome.window({ viewport: { width: 1280, height: 900 } });
  await demonstration(page, at);
  // Of a campaign with objectives.
  await known(page, '/indicateurs?campagne=2025');
  assert.ok(await page.locator('td.position svg').count() > 5);
  await page.click('main table a >> nth=0');
  for (const ids of ['position', 'courbe', 'compte']) {
    assert.ok(await page.locator(`[aria-labelledby^="${ids}-large"]`).isVisible(), ids);
    assert.ok(!await page.locator(`[aria-labelledby^="${ids}-etroit"]`).isVisible(), ids);
  }
  await page.setViewportSize({ width: 320, height: 640 });
  assert.ok(await page.locator('[aria-labelledby^="courbe-etroit"]').isVisible());
  await page.emulateMedia({ media: 'print', colorScheme: 'dark' });
  const ink = await page.locator('[aria-labelledby^="courbe-large"]').evaluate((svg) => getComputedStyle(svg).color);
  assert.equal(ink, 'rgb(0, 0, 0)');
  await page.goto(`${at.address}/comparaison`);
  assert.ok(await page.locator('figure').count() > 5);
  assert.deepEqual(complaints, []);
  await context.close();
});

/** Whose pages are looked at, in which lights: the doctor's in all. */
const VISITS = LIGHTS.map((light) => ['medecin', ...light]).concat(
  ['gestion', 'secretariat', 'infirmiere', 'audit'].map((login) => [login, ...LIGHTS[0]]),
);

for (const [login, light, options] of VISITS) {
  test(`${login}, ${light}`, async () => {
    const { page, complaints, context } = await chrome.window(options);
    await demonstration(page, at, login);
    const paths = await reached(page, at.address);
    assert.ok(paths.length >= 3, paths.join(' '));
    const wrong = [];
    for (const path of paths) {
      await page.goto(at.address + path);
      // The rules of access are read by a script.
      if (light !== 'sans script') {
        const found = await violations(page);
        wrong.push(...found.map((one) => ({ path, ...one })));
      }
      if (await overflows(page)) wrong.push({ path, déborde: true });
    }
    assert.deepEqual(wrong, []);
    assert.deepEqual(complaints, []);
    await context.close();
  });
}
