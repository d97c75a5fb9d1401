// The list of patients by the keyboard alone, then without any script.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { browser, demonstration, practice } from './commun.mjs';

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

/** The row that has the focus, by its patient; nothing elsewhere. */
const standing = (page) => page.evaluate(
  () => document.activeElement.matches('#liste tbody tr') && document.activeElement.id,
);

test('au clavier seul : trois touches par appel, une pour annuler', async () => {
  const { page, complaints, context } = await chrome.window();
  await demonstration(page, at, 'secretariat');
  await page.goto(`${at.address}/patients`);
  for (let tabs = 0; tabs < 60 && !(await standing(page)); tabs += 1) {
    await page.keyboard.press('Tab');
  }
  const first = await standing(page);
  assert.ok(first, 'la liste se rejoint au clavier');
  await page.keyboard.press('j');
  const second = await standing(page);
  assert.notEqual(second, first);
  await page.keyboard.press('k');
  assert.equal(await standing(page), first);

  const key = await page.$eval(`#${first} option[value="fait"]`, (option) => option.dataset.key);
  await page.keyboard.press('o');
  await page.keyboard.press(key);
  await Promise.all([page.waitForNavigation(), page.keyboard.press('Enter')]);
  assert.match(await page.textContent(`#${first} .standing`), /Fait/i);
  // The next patient awaits, and what was done is said.
  assert.equal(await standing(page), second);
  assert.ok((await page.textContent('#annonce')).length > 3);

  await Promise.all([page.waitForNavigation(), page.keyboard.press('u')]);
  assert.doesNotMatch(await page.textContent(`#${first} .standing p`), /^Fait/i);
  assert.deepEqual(complaints, []);
  await context.close();
});

test('sans script : un état, un motif, une annulation', async () => {
  const { page, context } = await chrome.window({ javaScriptEnabled: false });
  await demonstration(page, at, 'infirmiere');
  await page.goto(`${at.address}/patients`);
  assert.equal(await page.locator('body').textContent().then((text) => text.includes('€')), false);
  const row = page.locator('#liste tbody tr').nth(2);
  const id = await row.getAttribute('id');
  const link = await row.locator('th a').getAttribute('href');
  await row.locator('summary').click();
  await row.locator('[name=etat]').selectOption('refuse');
  await row.locator('[name=motif]').fill('préfère en parler au médecin');
  await row.locator('form button').click();
  // Nothing is left to ask of this patient: the list goes on without, the
  // page of the patient says why.
  assert.equal(await page.locator(`#${id}`).count(), 0);
  const other = await context.newPage();
  await other.goto(at.address + link);
  assert.match(await other.textContent('main'), /préfère en parler au médecin/);
  await page.click('#defaire button');
  assert.doesNotMatch(await page.textContent(`#${id} .standing`), /préfère en parler/);
  await context.close();
});
