// What people type and import is text wherever it is shown: no script runs,
// no page is broken.

import assert from 'node:assert/strict';
import { cp, mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';

import {
  CABINET, PASSWORD, browser, digits, enrol, enter, practice, reached,
} from './commun.mjs';

/** What an import or a field may hold. */
const HOSTILE = [
  '<img src=x onerror=alert(1)>',
  '"><script>alert(2)</script>',
  "'-alert(3)-'",
  '</title></textarea></svg><svg onload=alert(4)>',
  'javascript:alert(5)',
];

let at;
let chrome;
let folder;
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'jalon-'));
  const dossier = join(folder, 'cabinet');
  await cp(CABINET, dossier, { recursive: true });
  for (const name of (await readdir(dossier)).filter((one) => one.endsWith('.csv'))) {
    const path = join(dossier, name);
    let table = await readFile(path, 'utf8');
    HOSTILE.forEach((text, at) => {
      const cell = `"${text.replaceAll('"', '""')}"`;
      table = table.replaceAll(`P000000${at + 1}`, cell);
    });
    await writeFile(path, table);
  }
  at = await practice({ dossier });
  chrome = await browser();
});
after(async () => {
  await chrome.close();
  await at.stop();
  await rm(folder, { recursive: true, force: true });
});

test('un texte hostile reste un texte, partout', async () => {
  let { page, complaints, context } = await chrome.window();
  const dialogs = [];
  const listen = () => page.on('dialog', (dialog) => {
    dialogs.push(dialog.message());
    dialog.dismiss();
  });
  listen();
  await page.goto(at.address);
  const form = page.locator('form[action="/mise-en-service"]');
  await form.locator('[name=code]').fill(at.code);
  await form.locator('[name=nom]').fill(HOSTILE[0]);
  await form.locator('[name=identifiant]').fill('camille');
  await form.locator('button').click();
  const secret = await enrol(page);
  await enter(page, at, 'camille', PASSWORD, digits(secret, Date.now() + 30_000));
  await page.goto(`${at.address}/reglages/personnes`);
  await page.fill('[name=nom]', HOSTILE[3]);
  await page.fill('[name=identifiant]', 'noa');
  await page.selectOption('[name=role]', 'medecin');
  await page.fill('[name=medecin]', 'M0001');
  await page.click('button.main');
  const code = await page.locator('dl.kept code').textContent();
  const walk = async () => {
    for (const path of await reached(page, at.address)) await page.goto(at.address + path);
  };
  await walk();
  await context.close();
  assert.deepEqual(complaints, []);

  ({ page, complaints, context } = await chrome.window());
  listen();
  await page.goto(`${at.address}/invitation`);
  await page.fill('[name=code_invitation]', code);
  await page.click('button.main');
  const doctor = await enrol(page);
  await enter(page, at, 'noa', PASSWORD, digits(doctor, Date.now() + 30_000));

  // The whole list, one hostile patient, a hostile reason, a hostile paper.
  let seen = 0;
  for (const text of HOSTILE) {
    await page.goto(`${at.address}/patients?campagne=2024`);
    await page.fill('form[action^="/patients/recherche"] [name=recherche]', text);
    await page.press('form[action^="/patients/recherche"] [name=recherche]', 'Enter');
    const link = page.locator('main a[href^="/patients/"]').first();
    if (await link.count() === 0) continue;
    seen += 1;
    await link.click();
    assert.ok((await page.textContent('main, h1')).length > 0);
    await page.selectOption('main [name=etat] >> nth=0', 'refuse');
    await page.fill('main [name=motif] >> nth=0', text);
    await page.click('main form:has([name=etat]) button >> nth=0');
    assert.ok((await page.textContent('main')).includes(text), text);
  }
  assert.ok(seen >= 2, `${seen} patients hostiles sur la liste`);
  await page.goto(`${at.address}/declarations?campagne=2024`);
  await page.fill('[name="num:diabete-pieds"]', '18');
  await page.fill('[name="den:diabete-pieds"]', '20');
  await page.click('form[action="/declarations"] button.main');
  const proof = join(folder, "'-alert(6)-'<img src=x onerror=alert(6)>.pdf");
  await writeFile(proof, '%PDF-1.7\n%%EOF\n');
  const piece = 'form[action="/declarations/piece"]';
  await page.selectOption(`${piece} [name=item]`, 'diabete-pieds');
  await page.setInputFiles(`${piece} [name=fichier]`, proof);
  await page.click(`${piece} button`);
  assert.equal(await page.locator('#pieces tbody tr').count(), 1);
  await walk();
  assert.deepEqual(dialogs, []);
  assert.deepEqual(complaints, []);
  await context.close();
});
