import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { webkit as playwrightWebkit } from 'playwright';
import { Builder, Capabilities, type WebDriver } from 'selenium-webdriver';
import type { BrowserSession, OtherBrowser } from './browser-session.ts';
import { playwrightSession } from './playwright-session.ts';

const driverPath = '/usr/bin/WebKitWebDriver';
const startMs = 30_000;

/** WebKitGTK's browser over WebDriver; it needs a display, if only one that nobody sees. */
async function gtkSession(): Promise<BrowserSession | null> {
  const binary = miniBrowser();
  const xvfb = '/usr/bin/xvfb-run';
  const hasDisplay = process.env.DISPLAY !== undefined;
  if (binary === undefined || !existsSync(driverPath) || !(hasDisplay || existsSync(xvfb))) return null;
  const port = await freePort();
  const driver = [driverPath, `--port=${port}`, '--host=127.0.0.1'];
  const [command, ...args] = hasDisplay ? driver : [xvfb, '-a', ...driver];
  // A group of its own: xvfb-run passes no signal on.
  const process_ = spawn(command, args, { stdio: 'ignore', detached: true });
  try {
    const page = await connect(port, binary);
    const { browserVersion } = Object.fromEntries(await entriesOf(page));
    return {
      browser: `WebKitGTK ${browserVersion}`,
      open: (url) => page.get(url),
      evaluate: (expression) => page.executeScript(`return ${expression};`),
      async close() {
        await page.quit();
        end(process_);
      },
    };
  } catch (error) {
    end(process_);
    throw error;
  }
}

/** Packages put it into a folder of the library's version, below one of the processor's kind. */
function miniBrowser(): string | undefined {
  const folders = existsSync('/usr/lib') ? readdirSync('/usr/lib').map((name) => join('/usr/lib', name)) : [];
  return folders
    .filter((folder) => folder.endsWith('-linux-gnu'))
    .flatMap((folder) => readdirSync(folder).map((name) => join(folder, name, 'MiniBrowser')))
    .find((path) => /webkit\w*-[\d.]+/.test(path) && existsSync(path));
}

async function connect(port: number, binary: string): Promise<WebDriver> {
  const capabilities = new Capabilities({
    browserName: 'MiniBrowser',
    'webkitgtk:browserOptions': { binary, args: ['--automation'] },
  });
  await untilListening(port);
  return new Builder()
    .usingServer(`http://127.0.0.1:${port}`)
    .disableEnvironmentOverrides()
    .withCapabilities(capabilities)
    .build();
}

async function entriesOf(page: WebDriver): Promise<[string, unknown][]> {
  const capabilities = await page.getCapabilities();
  return Array.from(capabilities.keys(), (key) => [key, capabilities.get(key)]);
}

function end(process_: ChildProcess): void {
  if (process_.pid !== undefined && process_.exitCode === null) process.kill(-process_.pid);
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === 'string') throw new Error('no port could be had');
  return address.port;
}

/** Throws where the driver does not answer in time. */
async function untilListening(port: number): Promise<void> {
  const deadline = Date.now() + startMs;
  for (;;) {
    try {
      await fetch(`http://127.0.0.1:${port}/status`);
      return;
    } catch (cause) {
      if (Date.now() > deadline) {
        throw new Error(`WebKitWebDriver does not answer within ${startMs} ms`, { cause });
      }
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }
}

export const webkit: OtherBrowser = {
  name: 'WebKit',
  howToInstall:
    "install its driver (Debian: 'apt-get install webkit2gtk-driver xvfb'), or 'npx playwright install webkit'",
  start: async () => (await playwrightSession(playwrightWebkit)) ?? (await gtkSession()),
};
