// A statement comes in by hand, its verdicts are read, and a claim goes out:
// as a workbook, and on pages where the program that sets them was built.

import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { after, before, test } from 'node:test';

import { browser, demonstration, overflows, practice, violations } from './commun.mjs';

const PDF = existsSync(join(dirname(process.env.JALON), 'jalon-pdf'));

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

/** What is wrong with the page in front of us. */
async function wrong(page) {
  const found = await violations(page);
  return (await overflows(page)) ? [...found, 'déborde'] : found;
}

/** The first bytes of what a link downloads. */
async function downloaded(page, link) {
  const [download] = await Promise.all([page.waitForEvent('download'), link.click()]);
  const bytes = await readFile(await download.path());
  return { name: download.suggestedFilename(), begins: bytes.subarray(0, 5).toString('latin1') };
}

const submit = (page, button) => Promise.all([page.waitForNavigation(), button.click()]);

test('du relevé à la réclamation', async (t) => {
  const { page, complaints, context } = await chrome.window();
  await demonstration(page, at);
  await page.goto(`${at.address}/releves?campagne=2025`);
  assert.deepEqual(await wrong(page), []);
  await submit(page, page.locator('main a[href*="dispositif=rosp-adulte"]'));
  assert.deepEqual(await wrong(page), []);

  await page.fill('[name=recu]', '2026-04-30');
  await page.fill('[name=patientele]', '400');
  await page.fill('[name=reference]', '800');
  await page.fill('[name=valeur_point]', '7');
  await page.fill('[name="numerateur:diabete-hba1c"]', '3');
  await page.fill('[name="denominateur:diabete-hba1c"]', 'cinq');
  await page.fill('[name="points:diabete-hba1c"]', '10');
  await page.fill('[name="montant:diabete-hba1c"]', '1');
  await submit(page, page.locator('main form button.main'));
  assert.match(await page.textContent('[role=alert]'), /corrigez ce qui est signalé/);
  assert.equal(await page.inputValue('[name="denominateur:diabete-hba1c"]'), 'cinq');
  assert.deepEqual(await wrong(page), []);
  await page.fill('[name="denominateur:diabete-hba1c"]', '5');
  await submit(page, page.locator('main form button.main'));

  // 10 × 7 × 400 / 800 = 35 euros, of which the statement prints 1.
  assert.match(await page.textContent('#arithmetique'), /Diffère[\s\S]*35,00\s€[\s\S]*−34,00\s€/);
  assert.match(await page.textContent('#donnees'), /Diffère/);
  const statement = page.url();
  await page.$$eval('details', (all) => all.forEach((one) => { one.open = true; }));
  assert.deepEqual(await wrong(page), []);
  const ticks = page.locator('#patients details').first().locator('[name=patient]');
  assert.ok(await ticks.count() >= 1, 'des patients peuvent expliquer un écart');
  await ticks.first().check();
  await submit(page, page.locator('#patients button.main').first());
  assert.match(await page.textContent('[role=alert]'), /1$/);
  assert.match(await page.textContent('#patients'), /écart à réclamer/);

  await submit(page, page.locator('main .tools a').nth(1));
  assert.deepEqual(await wrong(page), []);
  await page.fill('[name=lieu]', 'Exempleville');
  await page.fill('[name=demande]', 'Je demande le réexamen de cet indicateur.');
  await submit(page, page.locator('main form[action$="/reclamation"] button.main'));
  assert.equal(await page.inputValue('[name=lieu]'), 'Exempleville');
  const claim = page.url();
  const workbook = await downloaded(page, page.locator('a[href*="reclamation.xlsx"]').first());
  assert.equal(workbook.name, 'reclamation-rosp-adulte-2025-nominative.xlsx');
  assert.ok(workbook.begins.startsWith('PK'));
  if (PDF) {
    const pages = await downloaded(page, page.locator('a[href*="reclamation.pdf"]').first());
    assert.equal(pages.name, 'reclamation-rosp-adulte-2025-nominative.pdf');
    assert.equal(pages.begins, '%PDF-');
  } else {
    assert.match(await page.textContent('main'), /jalon-pdf n'est pas installé/);
    t.diagnostic('PDF non essayé : cargo build -p jalon-pdf --features typst le construit');
  }
  await submit(page, page.locator('a[href*="apercu"]').first());
  await page.emulateMedia({ media: 'print' });
  assert.match(await page.textContent('article'), /Je demande le réexamen de cet indicateur\./);
  assert.equal(await page.isVisible('.top'), false);
  await page.emulateMedia({ media: 'screen' });
  assert.deepEqual(await wrong(page), []);

  // The same pages on a telephone, in the dark.
  await page.setViewportSize({ width: 320, height: 640 });
  await page.emulateMedia({ colorScheme: 'dark' });
  const entry = `${at.address}/releves/saisie?campagne=2025&dispositif=rosp-adulte`;
  for (const address of [page.url(), claim, statement, entry, `${at.address}/releves?campagne=2025`]) {
    await page.goto(address);
    assert.deepEqual(await wrong(page), [], address);
  }
  assert.deepEqual(complaints, []);
  await context.close();
});
