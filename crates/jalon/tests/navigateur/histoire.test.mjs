// The story of a practice: empty on the first day, its facts brought in, an
// indicator followed down to a patient, a call, a declaration with its proof,
// what next year would bring, and a page on paper.

import assert from 'node:assert/strict';
import { readFile, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, test } from 'node:test';

import {
  CABINET, PASSWORD, browser, digits, enrol, enter, practice, violations,
} from './commun.mjs';

let at;
let chrome;
let page;
let complaints;
before(async () => {
  at = await practice();
  chrome = await browser();
});
after(async () => {
  await chrome.close();
  await at.stop();
});

const go = (path) => page.goto(at.address + path);
const main = () => page.textContent('main');
const CAMPAIGN = 'campagne=2024';

/** A window for someone who comes in. */
async function inside(login, secret, options = {}) {
  ({ page, complaints } = await chrome.window({ acceptDownloads: true, ...options }));
  // A code serves once: enrolling used that of now.
  await enter(page, at, login, PASSWORD, digits(secret, Date.now() + 30_000));
  assert.equal(await page.locator('[role=alert]').count(), 0, await main());
}

let doctor;
test('un compte, les faits, un médecin', async () => {
  ({ page, complaints } = await chrome.window());
  await go('/');
  const form = page.locator('form[action="/mise-en-service"]');
  await form.locator('[name=code]').fill(at.code);
  await form.locator('[name=nom]').fill('Camille Gestion');
  await form.locator('[name=identifiant]').fill('camille');
  await form.locator('button').click();
  const secret = await enrol(page);
  await inside('camille', secret);

  // A file that is none of the tables: refused, told, nothing kept.
  await go('/import');
  const wrong = join(at.folder, 'actes.csv');
  await writeFile(wrong, 'patient;couleur\nX;bleu\n');
  await page.selectOption('[name=nature]', 'tables');
  await page.setInputFiles('[name=fichiers]', wrong);
  await page.click('main form button.main');
  await page.waitForSelector('main button:not(.main)');
  assert.match(await main(), /actes\.csv/);
  assert.match(await main(), /Impossible/);

  await go('/import');
  const tables = (await readdir(CABINET)).filter((name) => name.endsWith('.csv'));
  await page.selectOption('[name=nature]', 'tables');
  await page.setInputFiles('[name=fichiers]', tables.map((name) => join(CABINET, name)));
  await page.click('main form button.main');
  await page.waitForSelector('form[action$="/garder"]');
  assert.match(await main(), /rien n'est gardé/i);
  await page.click('form[action$="/garder"] button');
  await page.waitForSelector('text=Les chiffres sont à jour');

  await go('/reglages/personnes');
  await page.fill('[name=nom]', 'Dr Noa Exemple');
  await page.fill('[name=identifiant]', 'noa');
  await page.selectOption('[name=role]', 'medecin');
  await page.fill('[name=medecin]', 'M0001');
  await page.click('button.main');
  const code = await page.locator('dl.kept code').textContent();
  assert.deepEqual(complaints, []);

  ({ page, complaints } = await chrome.window());
  await go('/invitation');
  await page.fill('[name=code_invitation]', code);
  await page.click('button.main');
  doctor = await enrol(page);
});

test("d'un indicateur à un patient, puis un appel", async () => {
  await inside('noa', doctor);
  await go(`/?${CAMPAIGN}`);
  assert.match(await main(), /Acquis/);
  await page.click('nav a[href^="/indicateurs"]');
  await page.click('a[href*="/rosp-adulte/diabete-hba1c"]');
  assert.match(await page.textContent('h1'), /HbA1c/i);
  // The account goes down to the text; a patient goes down to the facts.
  assert.match(await main(), /66,18/);
  await page.click('main a[href^="/patients/"] >> nth=0');
  assert.match(await page.textContent('main'), /HbA1c/i);
  await page.selectOption('main [name=etat] >> nth=0', 'rendez-vous');
  await page.click('main form:has([name=etat]) button >> nth=0');
  assert.match(await main(), /Rendez-vous/i);
  assert.deepEqual(complaints, []);
});

test('une déclaration et sa pièce', async () => {
  await go(`/declarations?${CAMPAIGN}`);
  const before = await main();
  assert.match(before, /Pieds|pieds/);
  await page.fill('[name="num:diabete-pieds"]', '30');
  await page.fill('[name="den:diabete-pieds"]', '20');
  await page.fill('[name=jour]', '2024-12-20');
  await page.click('form[action="/declarations"] button.main');
  // More than all: told beside what was typed, nothing saved.
  assert.equal(await page.inputValue('[name="num:diabete-pieds"]'), '30');
  assert.ok(await page.locator('.fault').count() > 0);
  await page.fill('[name="num:diabete-pieds"]', '18');
  await page.click('form[action="/declarations"] button.main');
  assert.match(await main(), /18/);

  const proof = join(at.folder, 'attestation.pdf');
  await writeFile(proof, '%PDF-1.7\n%%EOF\n');
  const fake = join(at.folder, 'photo.png');
  await writeFile(fake, 'MZ ceci est un programme');
  const form = 'form[action="/declarations/piece"]';
  await page.selectOption(`${form} [name=item]`, 'diabete-pieds');
  await page.setInputFiles(`${form} [name=fichier]`, fake);
  await page.click(`${form} button`);
  assert.match(await page.textContent('[role=alert]'), /\S/);
  assert.doesNotMatch(await main(), /photo\.png/);
  await go(`/declarations?${CAMPAIGN}`);
  await page.selectOption(`${form} [name=item]`, 'diabete-pieds');
  await page.setInputFiles(`${form} [name=fichier]`, proof);
  await page.click(`${form} button`);
  assert.match(await main(), /attestation\.pdf/);
  const [file] = await Promise.all([
    page.waitForEvent('download'),
    page.click('a[download]:has-text("attestation.pdf")'),
  ]);
  assert.equal(file.suggestedFilename(), 'attestation.pdf');
  // What is declared counts at once.
  await go(`/indicateurs/rosp-adulte/diabete-pieds?${CAMPAIGN}`);
  assert.match(await main(), /18\/20/);
  assert.deepEqual(complaints, []);
});

test('une liste de la caisse', async () => {
  const patients = (await readFile(join(CABINET, 'patients.csv'), 'utf8')).split('\n').slice(1);
  const lines = patients.filter(Boolean).map((line) => `${line.split(',')[0]};diabete-hba1c`);
  const list = join(at.folder, 'liste.csv');
  await writeFile(list, ['Dossier;Indicateur', ...lines].join('\n'));
  await go(`/import?nature=liste&${CAMPAIGN}`);
  await page.setInputFiles('[name=fichiers]', list);
  await page.click('main form button.main');
  // A title that says nothing: told, and chosen.
  assert.match(await page.textContent('[role=alert]'), /Impossible/);
  assert.deepEqual(await violations(page), []);
  assert.equal(await page.inputValue('[name=annee]'), '2024');
  await page.selectOption('[name="col:identifiant"]', 'Dossier');
  await page.click('form[action$="/correspondance"] button');
  assert.match(await main(), /Ce qui bouge/);
  assert.deepEqual(await violations(page), []);
  await page.click('form[action$="/garder"] button');
  const [, marked] = (await main()).match(/patients à rappeler : (\d+)/);
  assert.ok(Number(marked) > 1, marked);
  assert.deepEqual(await violations(page), []);
  await page.click('main .tools a >> nth=0');
  await go(`/patients?${CAMPAIGN}&etat=a-reclamer`);
  assert.match(await main(), /écart à réclamer/);
  assert.deepEqual(complaints, []);
});

test("l'ancien système et le nouveau", async () => {
  await go(`/simulation?${CAMPAIGN}`);
  await page.check('[name=reforme] >> nth=0');
  await page.click('main form button.main >> nth=0');
  assert.match(page.url(), /reforme=/);
  assert.match(await main(), /Total/);
  const [file] = await Promise.all([
    page.waitForEvent('download'),
    page.click('a[download]'),
  ]);
  assert.match(file.suggestedFilename(), /\.toml$/);
  assert.deepEqual(complaints, []);
});

test('sur papier', async () => {
  for (const path of [`/patients?${CAMPAIGN}`, `/declarations/recapitulatif?${CAMPAIGN}`, `/indicateurs?${CAMPAIGN}`]) {
    await go(path);
    await page.emulateMedia({ media: 'print' });
    assert.equal(await page.locator('nav').first().isVisible(), false, path);
    const paper = await page.pdf({ format: 'A4' });
    assert.equal(paper.subarray(0, 5).toString(), '%PDF-', path);
    assert.ok(paper.length > 10_000, path);
    await page.emulateMedia({ media: 'screen' });
  }
  assert.deepEqual(complaints, []);
});
