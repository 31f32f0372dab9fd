import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from '@playwright/test';
import { projectFolder } from '../scripts/build.ts';
import type { Ended } from '../scripts/testing/captured-io.ts';
import type { DecodeResult } from '../src/engine/engine-api.ts';
import { readTrace } from '../src/trace/read-trace.ts';
import { test } from './site.ts';

/** Not the user's own cache. */
const cacheFolder = join(projectFolder, 'test-results', 'demo-cache');

/**
 * The command as a process of its own, as `npm run --silent demo` starts it; on WASM. What it prints is tested in
 * scripts/demo/run-demo.test.ts.
 * @param onOutput called with all of stdout so far and a way to press Ctrl-C, once however often it is called
 */
function demo(
  args: readonly string[],
  onOutput: (stdout: string, interrupt: () => void) => void = () => {},
): Promise<Ended> {
  return new Promise((resolve, reject) => {
    const command = ['--import', 'tsx', 'scripts/demo.ts', '--backend', 'wasm', ...args];
    const child = spawn(process.execPath, command, {
      cwd: projectFolder,
      env: { ...process.env, ANTIPHON_CACHE: cacheFolder, ANTIPHON_THREADS: '1' },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let stdout = '';
    let stderr = '';
    let pressed = false;
    const pressOnce = (): void => {
      if (!pressed) child.kill('SIGINT');
      pressed = true;
    };
    child.stdout.setEncoding('utf8').on('data', (text) => {
      stdout += text;
      onOutput(stdout, pressOnce);
    });
    child.stderr.setEncoding('utf8').on('data', (text) => {
      stderr += text;
    });
    child.on('error', reject);
    child.on('close', (status) => resolve({ status: status ?? -1, stdout, stderr }));
  });
}

type Printed = DecodeResult & { readonly host: string };

const team = [
  ...['--json', '--method', 'collaborative', '--members', 'story-fairy,story-space'],
  ...['--temperature', '0', '--max-tokens', '40'],
];

/** A file for what a journey writes, gone after it. */
async function withTrace(journey: (file: string) => Promise<void>): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'antiphon-demo-'));
  try {
    await journey(join(folder, 'run.jsonl'));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

test('in Node.js and, with --browser, in Chromium the command prints the same tokens, and its trace', async () => {
  await withTrace(async (file) => {
    const inNode = await demo(team);
    const inBrowser = await demo([...team, '--browser', '--trace', file]);
    for (const { status, stderr } of [inNode, inBrowser])
      expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    const [node, browser]: Printed[] = [inNode, inBrowser].map(({ stdout }) => JSON.parse(stdout));
    expect(node.host).toBe(`Node.js ${process.versions.node}`);
    expect(browser.host).toMatch(/^Chromium \d/);
    expect(node.tokenIds).toHaveLength(40);
    expect(browser.tokenIds).toEqual(node.tokenIds);
    const { host: _host, ...result } = browser;
    expect(readTrace(readFileSync(file, 'utf8')).result).toEqual(result);
  });
});

test('Ctrl-C ends the decode and still tells and records what there is', async () => {
  await withTrace(async (file) => {
    const { status, stdout } = await demo(
      ['--members', 'story-base,story-base', '--trace', file, '--max-tokens', '400'],
      (seen, interrupt) => {
        if (seen.includes('Once upon a time')) interrupt();
      },
    );

    expect(status).toBe(130);
    expect(stdout).toMatch(/Once upon a time.*; stopped\n/s);
    const interrupted = readTrace(readFileSync(file, 'utf8'));
    expect(interrupted.header.request.maxTokens).toBe(400);
    expect(interrupted.header.members.map(({ model }) => model)).toEqual(['story-base', 'story-base']);
    expect(interrupted.result?.finishReason).toBe('abort');
  });
});
