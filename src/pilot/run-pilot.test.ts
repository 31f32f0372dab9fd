import { describe, expect, test } from 'vitest';
import { EngineError } from '../errors/engine-error.ts';
import type { PilotRun } from './pilot.ts';
import { type PilotProgress, runPilot } from './run-pilot.ts';
import { FakeEngine, fakePlan, MemoryStore } from './testing/fake-pilot.ts';

const plan = fakePlan();
const key = 'key';
const costs = new Map();
const warmUps = 3;

describe('a pilot that is interrupted', () => {
  test('runs nothing twice, and ends with the same runs', async () => {
    const store = new MemoryStore();
    const interruption = new AbortController();
    const first = new FakeEngine((_, count) => {
      if (count === warmUps + 3) interruption.abort();
    });
    const kept = await runPilot(plan, first, { store, key, costs, signal: interruption.signal });
    // The third was under way.
    expect(kept.map((run) => run.case)).toEqual([0, 1]);

    const second = new FakeEngine();
    const all = await runPilot(plan, second, { store, key, costs });
    expect(all.map((run) => run.case)).toEqual([0, 1, 2, 3, 4, 5]);
    const counted = second.asked.filter(({ maxTokens }) => maxTokens === 20);
    expect(counted.length).toBe(4);

    const third = new FakeEngine();
    expect(await runPilot(plan, third, { store, key, costs })).toEqual(all);
    expect(third.asked).toEqual([]);
  });

  test('goes on after a crash of the engine', async () => {
    const store = new MemoryStore();
    const crashing = new FakeEngine((_, count) => {
      if (count === warmUps + 4) throw new EngineError('worker-lost', 'the worker died');
    });
    await expect(runPilot(plan, crashing, { store, key, costs })).rejects.toThrow('the worker died');
    expect((await runPilot(plan, new FakeEngine(), { store, key, costs })).length).toBe(6);
    expect(store.kept.get(key)?.length).toBe(6);
  });

  test('takes what is kept only under its own key, and only what is whole', async () => {
    const store = new MemoryStore();
    await runPilot(plan, new FakeEngine(), { store, key: 'another', costs });
    const whole = store.kept.get('another') ?? [];
    store.kept.set(key, [
      whole[0],
      { ...(whole[1] as PilotRun), session: 7 },
      'cut o',
      { ...(whole[2] as PilotRun), case: 6 },
    ]);
    const engine = new FakeEngine();
    const runs = await runPilot(plan, engine, { store, key, costs });
    expect(runs.map((run) => run.case)).toEqual([0, 1, 2, 3, 4, 5]);
    expect(engine.asked.filter(({ maxTokens }) => maxTokens === 20).length).toBe(5);
  });
});

test('methods warm up, each once, and nothing of it is kept', async () => {
  const engine = new FakeEngine();
  await runPilot(plan, engine, { store: new MemoryStore(), key, costs });
  const warm = engine.asked.slice(0, warmUps);
  expect(warm.map(({ maxTokens }) => maxTokens)).toEqual([8, 8, 8]);
  expect(new Set(warm.map(({ method }) => JSON.stringify(method))).size).toBe(3);
  expect(engine.asked.length).toBe(warmUps + 6);
});

test('a prompt that does not fit fails alone', async () => {
  const engine = new FakeEngine(({ prompt }) => {
    if (prompt === 'one') throw new EngineError('context-full', 'too long');
  });
  const runs = await runPilot(plan, engine, { store: new MemoryStore(), key, costs });
  expect(runs.map(({ failure }) => failure?.code ?? null)).toEqual([
    ...['context-full', 'context-full', 'context-full'],
    ...[null, null, null],
  ]);
});

test('a chat that the model’s template refuses fails alone', async () => {
  const prompts = ['system', 'user'].map((role) => ({
    ...{ text: role, id: null },
    messages: [{ role: role as 'system' | 'user', content: 'Hello' }],
  }));
  const engine = new FakeEngine(({ messages }) => {
    if (messages?.[0].role === 'system') {
      throw new EngineError('invalid-request', 'messages: the chat template of the model refuses them: no');
    }
  });
  const runs = await runPilot(fakePlan({ prompts }), engine, { store: new MemoryStore(), key, costs });
  expect(runs.map(({ failure }) => failure?.code ?? null)).toEqual([
    ...['invalid-request', 'invalid-request', 'invalid-request'],
    ...[null, null, null],
  ]);
  expect(engine.asked.every(({ prompt, messages }) => prompt === undefined && messages?.length === 1)).toBe(
    true,
  );
});

test('progress tells what runs, how much is done, and that nothing is kept', async () => {
  const told: PilotProgress[] = [];
  const full = { read: async () => [], add: async () => Promise.reject(new Error('the disk is full')) };
  await runPilot(plan, new FakeEngine(), { store: full, key, costs, onProgress: (now) => told.push(now) });
  expect(told.map(({ runs, current }) => [runs.length, current?.number ?? null])).toEqual([
    [0, null],
    ...[0, 1, 2, 3, 4, 5].map((number) => [number, number]),
    [6, null],
  ]);
  expect(told.map(({ unkept }) => unkept)).toEqual([null, null, ...Array(6).fill('the disk is full')]);
  expect(told.at(-1)).toMatchObject({ total: 6, remainingMs: 0 });
});
