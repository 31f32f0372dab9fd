import { MessageChannel } from 'node:worker_threads';
import { describe, expect, test } from 'vitest';
import { host as browserHost } from './browser-host.ts';
import type { Host } from './host.ts';
import { host as nodeHost } from './node-host.ts';

describe.each<[string, Host]>([
  ['a browser', browserHost],
  ['Node.js', nodeHost],
])('a turn in %s', (_, host) => {
  test('is no microtask, and turns come in the order they were asked for', async () => {
    const turns: string[] = [];
    const first = host.nextTask().then(() => turns.push('first'));
    const second = host.nextTask().then(() => turns.push('second'));
    for (let microtask = 0; microtask < 100; microtask++) await null;
    expect(turns).toEqual([]);
    await Promise.all([second, first]);
    expect(turns).toEqual(['first', 'second']);
  });
});

test('in Node.js messages are heard within three turns, however many follow each other', async () => {
  const { port1, port2 } = new MessageChannel();
  let heard = 0;
  port1.on('message', () => {
    heard += 1;
  });
  try {
    for (let sent = 1; sent <= 20; sent++) {
      port2.postMessage(null);
      for (let turn = 0; turn < 3; turn++) await nodeHost.nextTask();
      expect(heard).toBe(sent);
    }
  } finally {
    port1.close();
  }
});
