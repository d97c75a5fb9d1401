// Every page that an account may open, in every light: no violation of the
// rules of access, nothing wider than a telephone, nothing asked of elsewhere.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { browser, demonstration, overflows, practice, reached, violations } from './commun.mjs';

let at;
let chrome;
before(async () => {
  at = await practice();
  chrome = await browser();
  const { page, context } = await chrome.window();
  await demonstration(page, at);
  await context.close();
});
after(async () => {
  await chrome.close();
  await at.stop();
});

const LIGHTS = [
  ['claire', { viewport: { width: 1280, height: 900 } }],
  ['sombre', { viewport: { width: 1280, height: 900 }, colorScheme: 'dark' }],
  ['téléphone', { viewport: { width: 320, height: 640 } }],
  ['sans script', { viewport: { width: 1280, height: 900 }, javaScriptEnabled: false }],
];

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
