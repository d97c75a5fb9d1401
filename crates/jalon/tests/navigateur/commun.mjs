// A practice that answers, and a browser in front of it.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { createHmac } from 'node:crypto';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

const require = createRequire(join(process.env.BIBLIOTHEQUES, 'package.json'));
const { chromium } = require('playwright-core');
const AXE = await readFile(require.resolve('axe-core/axe.min.js'), 'utf8');

export const DEPOT = process.env.DEPOT;
export const CABINET = join(DEPOT, 'exemples/cabinet');
export const PASSWORD = 'cinq hérissons repeignent la gare';
export const DEMO = 'quatre hiboux sans diplôme';

/** Starts the application on a memory of its own. */
export async function practice({ dossier, complement } = {}) {
  const folder = await mkdtemp(join(tmpdir(), 'jalon-'));
  const args = ['servir', '--port', '0', '--memoire', join(folder, 'memoire')];
  args.push('--dossier', dossier ?? join(folder, 'cabinet'));
  if (complement) args.push('--complement', complement);
  const server = spawn(process.env.JALON, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  let said = '';
  server.stderr.on('data', (bytes) => { said += bytes; });
  const lines = createInterface({ input: server.stdout });
  let address;
  let code;
  let next = false;
  for await (const line of lines) {
    address ??= line.match(/http:\/\/\S+?(?=\/?$)/)?.[0];
    if (next) code = line.trim();
    next = line.includes('tapez ce code');
    if (line.startsWith('Ctrl-C')) break;
  }
  if (!address) throw new Error(`jalon servir : ${said}`);
  return {
    address,
    code,
    folder,
    log: () => said,
    async stop() {
      server.kill('SIGTERM');
      await new Promise((done) => { server.exitCode === null ? server.on('exit', done) : done(); });
      await rm(folder, { recursive: true, force: true });
    },
  };
}

const TYPES = new Set(['error', 'warning']);

/** A browser: what it complains of is kept. */
export async function browser() {
  const chrome = await chromium.launch({
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
    args: [
      '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run',
      '--disable-background-networking', '--disable-component-update', '--disable-sync',
    ],
  });
  return {
    /** A window of its own: no cookie of another. */
    async window(options = {}) {
      const context = await chrome.newContext({ locale: 'fr-FR', ...options });
      // Two cores, a build without optimisation: slow is not broken.
      context.setDefaultTimeout(120_000);
      const page = await context.newPage();
      const complaints = [];
      page.on('console', (message) => {
        // A refusal that is expected is told by its status.
        if (TYPES.has(message.type()) && !/status of 4\d\d/.test(message.text())) {
          complaints.push(message.text());
        }
      });
      page.on('pageerror', (error) => complaints.push(String(error)));
      page.on('request', (request) => {
        const { protocol, hostname } = new URL(request.url());
        if (protocol.startsWith('http') && hostname !== '127.0.0.1') {
          complaints.push(`hors d'ici : ${request.url()}`);
        }
      });
      return { context, page, complaints };
    },
    close: () => chrome.close(),
  };
}

/** The six digits of a second factor, now. */
export function digits(secret, now = Date.now()) {
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';
  const bits = [...secret.replace(/[\s=]/g, '')]
    .map((letter) => alphabet.indexOf(letter).toString(2).padStart(5, '0')).join('');
  const key = Buffer.from(bits.match(/.{8}/g).map((byte) => parseInt(byte, 2)));
  const step = Buffer.alloc(8);
  step.writeBigUInt64BE(BigInt(Math.floor(now / 30_000)));
  const hash = createHmac('sha1', key).update(step).digest();
  const at = hash[19] & 15;
  return String((hash.readUInt32BE(at) & 0x7fffffff) % 1_000_000).padStart(6, '0');
}

/** Opens the demonstration, and enters as one of its people. */
export async function demonstration(page, at, login = 'medecin') {
  if (at.code) {
    await page.goto(`${at.address}/mise-en-service`);
    const form = page.locator('form[action="/mise-en-service/demonstration"]');
    await form.locator('[name=code]').fill(at.code);
    await form.locator('button').click();
    at.code = undefined;
  }
  await enter(page, at, login, DEMO);
}

/** Ends an invitation: password, second factor. Gives the secret. */
export async function enrol(page) {
  const secret = await page.locator('main code').last().textContent();
  await page.fill('[name=mot_de_passe]', PASSWORD);
  await page.fill('[name=mot_de_passe_encore]', PASSWORD);
  await page.fill('main [name=code]', digits(secret));
  await page.click('button.main');
  assert.ok(await page.locator('ul.codes li').count() > 5, await page.textContent('main'));
  return secret;
}

export async function enter(page, at, login, password, code = '') {
  await page.goto(`${at.address}/connexion`);
  await page.fill('[name=identifiant]', login);
  await page.fill('[name=mot_de_passe]', password);
  await page.fill('[name=code]', code);
  await page.click('main form button.main');
}

/** What axe finds wrong on a page; nothing is what is wanted. */
export async function violations(page) {
  await page.evaluate(AXE);
  const found = await page.evaluate(async () => {
    const { violations } = await window.axe.run(document, {
      runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'],
      resultTypes: ['violations'],
    });
    return violations.map(({ id, help, nodes }) => ({
      id, help, at: nodes.slice(0, 3).map((node) => node.html.slice(0, 200)),
    }));
  });
  return found;
}

/** Whether the page is wider than its window. */
export const overflows = (page) => page.evaluate(
  () => document.documentElement.scrollWidth > document.documentElement.clientWidth,
);

/** The pages within reach by links, one of each kind. */
export async function reached(page, address) {
  const shape = (path) => path.split('?')[0]
    .replace(/\/patients\/[0-9a-f]+/, '/patients/…')
    .replace(/^(\/(?:indicateurs|aide))\/[^/]+\/.+/, '$1/…');
  const seen = new Map();
  const waiting = ['/'];
  while (waiting.length > 0) {
    const path = waiting.shift();
    if (seen.has(shape(path))) continue;
    seen.set(shape(path), path);
    const answer = await page.goto(address + path);
    assert.equal(answer.status(), 200, path);
    if (!answer.headers()['content-type'].startsWith('text/html')) continue;
    const links = await page.$$eval('a[href^="/"]:not([download])', (all) => all.map((one) => one.getAttribute('href')));
    waiting.push(...links.filter((link) => !link.startsWith('/assets/')));
  }
  return [...seen.values()];
}
