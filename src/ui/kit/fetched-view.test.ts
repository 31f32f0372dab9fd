import { expect, test } from 'vitest';
import { FetchedView } from './fetched-view.ts';

function codeThat(...answers: (() => Promise<unknown>)[]): {
  code: FetchedView;
  seen: string[];
  loads: () => number;
} {
  const seen: string[] = [];
  let loads = 0;
  const host = {
    addController: () => {},
    removeController: () => {},
    requestUpdate: () => void seen.push(code.state),
    updateComplete: Promise.resolve(true),
  };
  const code: FetchedView = new FetchedView(host, () => answers[loads++]());
  return { code, seen, loads: () => loads };
}

test('code is fetched once, and the element is drawn as it comes', async () => {
  const { code, seen, loads } = codeThat(() => Promise.resolve());
  expect(code.state).toBe('not-needed');
  await Promise.all([code.fetch(), code.fetch()]);
  await code.fetch();
  expect(seen).toEqual(['coming', 'here']);
  expect(loads()).toBe(1);
});

test('code that did not come may be fetched again', async () => {
  const { code, seen, loads } = codeThat(
    () => Promise.reject(new Error('offline')),
    () => Promise.resolve(),
  );
  await code.fetch();
  expect(code.state).toBe('missing');
  await code.fetch();
  expect(seen).toEqual(['coming', 'missing', 'coming', 'here']);
  expect(loads()).toBe(2);
});
