import { execFileSync, spawnSync } from 'node:child_process';
import { accessSync, constants, existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { chromium, type LaunchOptions } from 'playwright';

/** Set it to the executable of the browser to use; nothing else is tried then. */
export const browserVariable = 'ANTIPHON_BROWSER';

const commandNames = [
  'chromium',
  'chromium-browser',
  'google-chrome',
  'google-chrome-stable',
  'chrome',
  'microsoft-edge',
  'microsoft-edge-stable',
  'msedge',
];

/** Where installers put a browser without naming it in PATH. */
function usualPlaces(): string[] {
  if (process.platform === 'darwin') {
    const applications = ['/Applications', join(process.env.HOME ?? '', 'Applications')];
    return applications.flatMap((folder) =>
      ['Google Chrome', 'Chromium', 'Microsoft Edge'].map((name) =>
        join(folder, `${name}.app`, 'Contents', 'MacOS', name),
      ),
    );
  }
  if (process.platform === 'win32') {
    const roots = ['PROGRAMFILES', 'PROGRAMFILES(X86)', 'LOCALAPPDATA'].flatMap(
      (name) => process.env[name] ?? [],
    );
    return roots.flatMap((root) => [
      join(root, 'Google', 'Chrome', 'Application', 'chrome.exe'),
      join(root, 'Chromium', 'Application', 'chrome.exe'),
      join(root, 'Microsoft', 'Edge', 'Application', 'msedge.exe'),
    ]);
  }
  return ['/opt/google/chrome/chrome', '/opt/microsoft/msedge/msedge', '/snap/bin/chromium'];
}

function inPath(): string[] {
  const extension = process.platform === 'win32' ? '.exe' : '';
  const folders = (process.env.PATH ?? '').split(delimiter).filter((folder) => folder !== '');
  return commandNames.flatMap((name) => folders.map((folder) => join(folder, name + extension)));
}

/** True if the file is a browser that starts: Ubuntu's `chromium-browser`, say, may only tell to install a snap. */
function starts(executable: string): boolean {
  try {
    accessSync(executable, constants.X_OK);
  } catch {
    return false;
  }
  // Chrome on Windows opens a window instead of telling its version; there the file itself must do.
  if (process.platform === 'win32') return true;
  const { status } = spawnSync(executable, ['--version'], { stdio: 'ignore', timeout: 20_000 });
  return status === 0;
}

function installed(): string | undefined {
  const candidates = [...inPath(), ...usualPlaces()];
  return candidates.find((path) => existsSync(path) && starts(path)) ?? downloadedByPlaywright();
}

function downloadedByPlaywright(): string | undefined {
  const path = chromium.executablePath();
  return existsSync(path) && starts(path) ? path : undefined;
}

/** Output goes to stderr: stdout belongs to whoever asked for the browser. */
function succeeds(command: string, args: readonly string[]): boolean {
  try {
    const shell = process.platform === 'win32';
    // Debian's packages otherwise may ask questions that nobody is there to answer.
    const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
    execFileSync(command, args, { stdio: ['ignore', 2, 2], timeout: 300_000, shell, env });
    return true;
  } catch {
    return false;
  }
}

function installWithPlaywright(): string | undefined {
  process.stderr.write('No Chromium or Chrome found; trying to download one with Playwright.\n');
  return succeeds('npx', ['playwright', 'install', 'chromium']) ? downloadedByPlaywright() : undefined;
}

function installDebianPackage(): string | undefined {
  const mayInstall = process.platform === 'linux' && process.getuid?.() === 0;
  if (!mayInstall || !existsSync('/usr/bin/apt-get')) return undefined;
  process.stderr.write("Trying Debian's chromium package.\n");
  const done =
    succeeds('apt-get', ['update', '-qq']) &&
    succeeds('apt-get', ['install', '-y', '-qq', '--no-install-recommends', 'chromium']);
  return done ? installed() : undefined;
}

/**
 * A Chromium-like browser that starts: the one named in ANTIPHON_BROWSER, an installed one, Playwright's download,
 * or Debian's package; the last two are installed when missing. The answer is put into ANTIPHON_BROWSER, so that
 * child processes need not look again. Throws an Error that says what to install.
 */
export function findBrowser(): string {
  const named = process.env[browserVariable];
  if (named !== undefined && named !== '') {
    if (starts(named)) return named;
    throw new Error(`${browserVariable} is ${named}, which does not start; name a Chromium or Chrome there.`);
  }
  const found = installed() ?? installWithPlaywright() ?? installDebianPackage();
  if (found === undefined) {
    throw new Error(
      'No browser found and none could be installed. Install Chromium, Chrome or Edge (Debian and Ubuntu: ' +
        "'sudo apt-get install chromium'; anywhere: 'npx playwright install --with-deps chromium'), " +
        `or put the path of one into ${browserVariable}.`,
    );
  }
  process.env[browserVariable] = found;
  return found;
}

/** Chromium's sandbox refuses to start for root, as which containers usually run. */
function sandboxRefused(): boolean {
  return process.getuid?.() === 0 || existsSync('/.dockerenv') || existsSync('/run/.containerenv');
}

/** Flags for a quiet browser without traffic of its own, with WebGPU also on a software adapter. */
export function browserFlags(): string[] {
  return [
    ...(sandboxRefused() ? ['--no-sandbox'] : []),
    '--enable-unsafe-webgpu',
    '--disable-quic',
    '--no-first-run',
    '--disable-background-networking',
    '--disable-component-update',
    '--disable-sync',
  ];
}

/** Playwright's options to start the browser without a window. */
export function launchOptions(): LaunchOptions & { executablePath: string } {
  return { executablePath: findBrowser(), args: browserFlags(), headless: true };
}

/**
 * The same for tests, which open many pages for a few tokens each. By default V8 optimises most of ONNX Runtime's 27 MB in
 * each, for half a minute of all cores; here its quick compiler alone runs, as it does in every page at first.
 */
export function testLaunchOptions(): ReturnType<typeof launchOptions> {
  const options = launchOptions();
  return { ...options, args: [...(options.args ?? []), '--js-flags=--liftoff-only'] };
}
