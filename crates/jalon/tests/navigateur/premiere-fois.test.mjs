// The first day: the code of the console, an account with its second factor,
// an invitation, a colleague who enters.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { CABINET, PASSWORD, browser, digits, enrol, enter, practice } from './commun.mjs';

let at;
let chrome;
before(async () => {
  at = await practice({ dossier: CABINET });
  chrome = await browser();
});
after(async () => {
  await chrome.close();
  await at.stop();
});

test('premier compte, connexion, second facteur', async () => {
  const { page, complaints } = await chrome.window();
  await page.goto(at.address);
  assert.match(page.url(), /mise-en-service/);
  const form = page.locator('form[action="/mise-en-service"]');
  await form.locator('[name=code]').fill('AAAA-AAAA');
  await form.locator('[name=nom]').fill('Camille Gestion');
  await form.locator('[name=identifiant]').fill('camille');
  await form.locator('button').click();
  assert.equal(await page.locator('[role=alert]').count(), 1);
  assert.equal(await page.inputValue('[name=nom]'), 'Camille Gestion');
  await page.locator('form[action="/mise-en-service"] [name=code]').fill(at.code);
  await page.locator('form[action="/mise-en-service"] button').click();
  const secret = await enrol(page);
  await enter(page, at, 'camille', PASSWORD, '000000');
  assert.equal(await page.locator('[role=alert]').count(), 1);
  // A code serves once: that of the next half-minute is accepted too.
  await enter(page, at, 'camille', PASSWORD, digits(secret, Date.now() + 30_000));
  assert.equal(await page.locator('[role=alert]').count(), 0, await page.textContent('main'));
  assert.deepEqual(complaints, []);
});
