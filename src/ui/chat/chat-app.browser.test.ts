import { afterEach, expect, test } from 'vitest';
import type { DecodeResult, EngineApi, LoadOptions, StoredModel } from '../../engine/engine-api.ts';
import type { DecodeRequest } from '../../engine/request-types.ts';
import { startRun } from '../../engine/start-run.ts';
import { EngineError } from '../../errors/engine-error.ts';
import type { Round } from '../../round/round.ts';
import { fetchBeside } from '../kit/fetch-beside.ts';
import { readTeamCatalogue } from '../page/catalogue/team-catalogue.ts';
import { ChatApp } from './chat-app.ts';

const [large, small] = ['HuggingFaceTB/SmolLM2-360M-Instruct', 'HuggingFaceTB/SmolLM2-135M-Instruct'];

function drawnRound(index: number, text: string): Round {
  const proposal = { text, fate: 'drawn', tokenId: index, proposer: null, q: null, r: 1, u: null };
  return {
    ...{ index, atMs: index, forwards: [{ member: 0, kind: index === 0 ? 'prefill' : 'score' }] },
    ...{ proposals: [proposal], committed: [index], text, kvLengths: [], draftLengths: [], readbacks: 0 },
    msByPhase: { forward: 0, readback: 0, sample: 0, text: 0 },
  } as unknown as Round;
}

/** Answers with the words that the test gives, and then ends or fails as it says. */
class ScriptedEngine {
  readonly loaded: string[] = [];
  readonly requests: DecodeRequest[] = [];
  stored: readonly StoredModel[] = [];
  loadErrors: EngineError[] = [];
  /** Words of the next replies, and how each ends. */
  readonly replies: (readonly [words: readonly string[], end: DecodeResult['finishReason'] | EngineError])[] =
    [];

  readonly api = {
    load: async (id: string, { signal }: LoadOptions = {}) => {
      signal?.throwIfAborted();
      const error = this.loadErrors.shift();
      if (error) throw error;
      this.loaded.push(id);
      return { id, title: id, hasChatTemplate: true, notes: [] };
    },
    unload: async () => {},
    info: async () => ({ state: 'open', backend: 'wasm', models: [] }),
    storedModels: async () => ({ models: this.stored, bytes: 0, quotaBytes: null, persisted: false }),
    decode: (request: DecodeRequest) =>
      startRun(
        undefined,
        async (stream, signal) => {
          this.requests.push(request);
          const [words, end] = this.replies.shift() ?? [['Yes', '.'], 'end'];
          const rounds = words.map((word, index) => drawnRound(index, word));
          for (const round of rounds) await stream.push(round, signal);
          if (end instanceof EngineError) throw end;
          if (end === 'abort') await new Promise((resolve) => signal.addEventListener('abort', resolve));
          return {
            ...{ rounds, request, finishReason: end, text: words.join(''), seed: 1 },
            tokenIds: words.map((_, index) => index),
          } as unknown as DecodeResult;
        },
        async () => {},
      ),
    close: async () => {},
  } as unknown as EngineApi;
}

/** Engines in the order in which they are opened, and the hubs they were opened for. */
async function open(engines: ScriptedEngine[]): Promise<{ readonly app: ChatApp; readonly hubs: string[] }> {
  const hubs: string[] = [];
  const app = new ChatApp();
  app.provider = {
    missingFeatures: () => [],
    openEngine: async ({ hubUrl }) => {
      hubs.push(hubUrl);
      const engine = engines.length > 1 ? engines.shift() : engines[0];
      return engine!.api;
    },
    fetchTeams: () => fetchBeside('/teams.json', readTeamCatalogue),
  };
  document.body.append(app);
  await expect.poll(() => textOf(app)).toContain('SmolLM2 360M Instruct answers.');
  return { app, hubs };
}

/** What is to be read in the element, also in the elements in it. */
function textOf(element: Element): string {
  const inner = [...(element.shadowRoot?.querySelectorAll('*') ?? [])].filter((child) => child.shadowRoot);
  return [element.shadowRoot?.textContent ?? '', ...inner.map(textOf)].join(' ').replace(/\s+/g, ' ');
}

function buttonOf(element: Element, name: string): HTMLButtonElement | undefined {
  const all = [...(element.shadowRoot?.querySelectorAll('*') ?? [])];
  return (
    all.find(
      (one): one is HTMLButtonElement => one instanceof HTMLButtonElement && one.textContent?.trim() === name,
    ) ??
    all
      .filter((one) => one.shadowRoot)
      .map((one) => buttonOf(one, name))
      .find((one) => one !== undefined)
  );
}

async function press(app: ChatApp, name: string): Promise<void> {
  await expect.poll(() => buttonOf(app, name)?.disabled).toBe(false);
  buttonOf(app, name)?.click();
}

const field = (app: ChatApp) => app.shadowRoot!.querySelector('textarea')!;

async function say(app: ChatApp, words: string): Promise<void> {
  await expect.poll(() => field(app)).not.toBeNull();
  field(app).value = words;
  field(app).dispatchEvent(new Event('input'));
  await press(app, 'Send');
}

const turnsOf = (app: ChatApp): string[] =>
  [...app.shadowRoot!.querySelectorAll('.bubble')].map((bubble) => bubble.textContent ?? '');

afterEach(() => {
  document.body.replaceChildren();
  history.replaceState(null, '', location.pathname + location.search);
  localStorage.clear();
});

test('nothing is loaded before it is asked for; then both models, and replies go back with their tokens', async () => {
  const engine = new ScriptedEngine();
  const { app } = await open([engine]);
  expect(textOf(app)).toMatch(/Downloads about \d+ MB .*once\./);
  expect(engine.loaded).toEqual([]);
  await press(app, 'Download and chat');
  await say(app, 'Is it so?');
  await expect.poll(() => turnsOf(app)).toEqual(['Is it so?', 'Yes.']);
  expect(engine.loaded).toEqual([large, small]);
  expect(textOf(app)).toContain('The large model answered alone');
  await say(app, 'Really?');
  await expect.poll(() => turnsOf(app)).toEqual(['Is it so?', 'Yes.', 'Really?', 'Yes.']);
  expect(engine.requests[1]).toMatchObject({
    messages: [
      { role: 'user', content: 'Is it so?' },
      { role: 'assistant', content: 'Yes.', tokenIds: [0, 1] },
      { role: 'user', content: 'Really?' },
    ],
    method: { kind: 'speculative', target: large, drafter: { model: small, draftLength: 'adaptive' } },
  });
  await press(app, 'New chat');
  await expect.poll(() => turnsOf(app)).toEqual([]);
});

test('what the browser has is not downloaded, and what it has in part is told', async () => {
  const engine = new ScriptedEngine();
  const kept = { bytes: 400e6, weights: [], complete: true };
  engine.stored = [
    { id: large!, ...kept },
    { id: small!, ...kept, bytes: 80e6, complete: false },
  ];
  const { app } = await open([engine]);
  await expect.poll(() => textOf(app)).toMatch(/Still to download: about \d+ MB.*; 480 MB are here already/);
  engine.stored = engine.stored.map((one) => ({ ...one, complete: true }));
  app.remove();
  const again = await open([engine]);
  await expect.poll(() => textOf(again.app)).toContain('Stored on this device: nothing to download.');
  expect(buttonOf(again.app, 'Start the chat')).toBeDefined();
});

test.each([
  ['download', 'A file could not be downloaded. Check the connection, then try again.', 'Try again'],
  ['storage-full', 'no room left for the model’s files. Delete stored models below', 'Try again'],
  ['out-of-memory', 'Close other tabs or choose smaller models', 'Restart the engine'],
] as const)(
  'a load that ends with %s says what to do, once, and goes on with a press',
  async (code, words, button) => {
    const engine = new ScriptedEngine();
    engine.loadErrors = [new EngineError(code, 'the words of the engine')];
    const { app } = await open([engine]);
    await press(app, 'Download and chat');
    await expect.poll(() => textOf(app)).toContain(words);
    expect(textOf(app).split(words)).toHaveLength(2);
    expect(buttonOf(app, 'Choose other models')).toBeDefined();
    await press(app, button);
    await say(app, 'There?');
    await expect.poll(() => turnsOf(app)).toEqual(['There?', 'Yes.']);
  },
);

test.each([
  ['device-lost', 'The browser took the graphics card away', 'Try again'],
  ['out-of-memory', 'There is not enough memory for this.', 'Restart the engine'],
  ['worker-lost', 'The engine stopped unexpectedly.', 'Restart the engine'],
] as const)('a reply that ends with %s keeps its words, and goes on', async (code, words, button) => {
  const engine = new ScriptedEngine();
  engine.replies.push([['Per', 'haps'], new EngineError(code, 'the words of the engine')]);
  const { app } = await open([engine]);
  await press(app, 'Download and chat');
  await say(app, 'Is it so?');
  await expect.poll(() => textOf(app)).toContain(words);
  expect(textOf(app).split(words)).toHaveLength(2);
  expect(turnsOf(app)).toEqual(['Is it so?', 'Perhaps']);
  await press(app, button);
  if (button !== 'Try again') await press(app, 'Continue the reply');
  await expect.poll(() => turnsOf(app)).toEqual(['Is it so?', 'PerhapsYes.']);
  expect(textOf(app)).not.toContain(words);
});

test('a reply that is stopped stays, and can be continued', async () => {
  const engine = new ScriptedEngine();
  engine.replies.push([['Per', 'haps'], 'abort']);
  const { app } = await open([engine]);
  await press(app, 'Download and chat');
  await say(app, 'Is it so?');
  await expect.poll(() => turnsOf(app)).toEqual(['Is it so?', 'Perhaps']);
  await press(app, 'Stop');
  await press(app, 'Continue the reply');
  await expect.poll(() => turnsOf(app)).toEqual(['Is it so?', 'PerhapsYes.']);
  expect(engine.requests[1]?.messages?.at(-1)).toEqual({
    role: 'assistant',
    content: 'Perhaps',
    tokenIds: [0, 1],
  });
});

test('a question without an answer stands in its field again', async () => {
  const engine = new ScriptedEngine();
  engine.replies.push([[], new EngineError('invalid-request', 'the template refuses it')]);
  const { app } = await open([engine]);
  await press(app, 'Download and chat');
  await say(app, 'Is it so?');
  await expect.poll(() => textOf(app)).toContain('the template refuses it');
  expect(field(app).value).toBe('Is it so?');
  await press(app, 'Send');
  await expect.poll(() => turnsOf(app)).toEqual(['Is it so?', 'Yes.']);
  expect(textOf(app)).not.toContain('the template refuses it');
});

test.each([
  ['before a reply', [[], new EngineError('context-full', 'too long')] as const],
  ['in a reply', [['Long'], 'context'] as const],
])('a conversation that is as long as can be, %s, offers a new one', async (_, reply) => {
  const engine = new ScriptedEngine();
  engine.replies.push(reply);
  const { app } = await open([engine]);
  await press(app, 'Download and chat');
  await say(app, 'Is it so?');
  await expect.poll(() => textOf(app)).toContain('as long as these models can read. Start a new chat.');
  expect(buttonOf(app, 'Send')?.disabled).toBe(true);
  await press(app, 'New chat');
  await say(app, 'Short?');
  await expect.poll(() => turnsOf(app)).toEqual(['Short?', 'Yes.']);
});

test('a link’s hub is opened when the reader agrees, and without a question the next time', async () => {
  const hub = 'https://mirror.example';
  location.hash = `hub=${hub}`;
  const first = await open([new ScriptedEngine()]);
  expect(textOf(first.app)).toContain(`This link takes the models from ${hub}`);
  expect(buttonOf(first.app, 'Download and chat')?.disabled).toBe(true);
  expect(first.hubs).toEqual(['']);
  await press(first.app, 'Use it');
  await expect.poll(() => first.hubs).toEqual(['', hub]);
  first.app.remove();
  const second = await open([new ScriptedEngine()]);
  expect(second.hubs).toEqual([hub]);
  expect(textOf(second.app)).not.toContain('This link takes');
  location.hash = 'team=smollm2-135m&hub=https://other.example';
  await expect
    .poll(() => textOf(second.app))
    .toContain('This link takes the models from https://other.example');
  expect(textOf(second.app)).toContain('Words that stand in the text already are proposed again');
  expect(second.hubs).toEqual([hub]);
});

test('models of a folder are loaded by their addresses', async () => {
  const folder = 'https://files.example/models/';
  location.hash = `team=smollm2-135m&models=${folder}`;
  const engine = new ScriptedEngine();
  const app = new ChatApp();
  app.provider = {
    missingFeatures: () => [],
    openEngine: async () => engine.api,
    fetchTeams: () => fetchBeside('/teams.json', readTeamCatalogue),
  };
  document.body.append(app);
  await press(app, 'Use it');
  await press(app, 'Download and chat');
  await expect.poll(() => engine.loaded).toEqual([`${folder}${small}/`]);
});
