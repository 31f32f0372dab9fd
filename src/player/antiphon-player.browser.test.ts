import { afterEach, beforeEach, expect, test } from 'vitest';
import type { DecodeResult, EngineApi } from '../engine/engine-api.ts';
import { startRun } from '../engine/start-run.ts';
import { PlayerElement } from './antiphon-player.ts';
import type { PlayerErrorDetail } from './player-api.ts';
import { SharedEngines } from './shared-engines.ts';

const result = {
  ...{ text: ' upon', finishReason: 'end', rounds: [], lossy: false, stats: { speedUp: null } },
  request: { method: { kind: 'plain', model: 'a' } },
};

let closed = 0;
let runs: AbortSignal[] = [];
let end: () => void = () => {};

/** An engine whose runs end when the test says so. */
const provider = {
  engines: new SharedEngines(
    async () =>
      ({
        load: async (id: string) => ({ id, title: id }),
        info: async () => ({ backend: 'wasm', backendReason: 'No WebGPU here.', threads: 1, models: [] }),
        decode: (_request: unknown, { signal }: { signal: AbortSignal }) =>
          startRun(
            signal,
            (_stream, ended) => {
              runs.push(ended);
              return new Promise<DecodeResult>((resolve) => {
                end = () => resolve(result as unknown as DecodeResult);
                ended.addEventListener('abort', end);
              });
            },
            async () => {},
          ),
        close: async () => {
          closed++;
        },
      }) as unknown as EngineApi,
  ),
  missingFeatures: () => [],
  baseUrl: () => document.baseURI,
};

const errors: PlayerErrorDetail[] = [];
const onError = (event: Event): void => {
  errors.push((event as CustomEvent<PlayerErrorDetail>).detail);
};

/** What a page's markup makes. */
function playerOf(attributes: string): PlayerElement {
  const template = document.createElement('template');
  template.innerHTML = `<antiphon-player ${attributes}></antiphon-player>`;
  const player = document.importNode(template.content, true).firstElementChild as PlayerElement;
  player.provider = provider;
  document.body.append(player);
  return player;
}

/** All text in the element, also of the elements in it. */
function textOf(element: Element): string {
  const inner = [...(element.shadowRoot?.querySelectorAll('*') ?? [])].filter((child) => child.shadowRoot);
  return [element.shadowRoot?.textContent ?? '', ...inner.map(textOf)].join(' ');
}
const buttonOf = (player: PlayerElement) => player.shadowRoot?.querySelector('button[part~=button]');
/** Resolves with the next turn of the event loop, when a removed element has been taken note of. */
const nextTurn = () => new Promise((resolve) => setTimeout(resolve));

/** Settles when the run under way reaches the engine. */
async function untilRunning(player: PlayerElement): Promise<void> {
  while (player.state !== 'running') await nextTurn();
}

beforeEach(() => {
  document.body.addEventListener('error', onError);
});

afterEach(async () => {
  document.body.removeEventListener('error', onError);
  document.body.replaceChildren();
  await nextTurn();
  closed = 0;
  runs = [];
  errors.length = 0;
});

test('attributes and properties are two sides of one setting', async () => {
  const player = playerOf('prompt="Long ago" max-tokens="12" temperature="0.5" members="a b" autoplay');
  expect([player.prompt, player.maxTokens, player.temperature, player.members, player.autoplay]).toEqual([
    'Long ago',
    12,
    0.5,
    'a b',
    true,
  ]);
  player.draftLength = 3;
  player.maxTokens = null;
  player.members = ['a', { model: 'b' }];
  await player.updateComplete;
  expect(player.getAttribute('draft-length')).toBe('3');
  expect(player.hasAttribute('max-tokens')).toBe(false);
  expect(player.hasAttribute('members')).toBe(false);
});

test('before the start it shows its prompt and a button, and has asked for nothing', async () => {
  const player = playerOf('prompt="Long ago"');
  await player.updateComplete;
  expect(textOf(player)).toContain('Long ago');
  expect(buttonOf(player)?.textContent?.trim()).toBe('Start');
  expect([player.state, player.getAttribute('state')]).toEqual(['idle', 'idle']);
  expect(runs).toEqual([]);
});

test('an attribute that cannot be run is named once in the element and in an event, until it is mended', async () => {
  const player = playerOf('temperature="hot"');
  await player.updateComplete;
  player.prompt = 'Long ago';
  await player.updateComplete;
  expect(textOf(player)).toContain('temperature="hot": ');
  expect(buttonOf(player)?.hasAttribute('disabled')).toBe(true);
  expect(errors).toEqual([
    expect.objectContaining({
      code: 'invalid-request',
      message: expect.stringMatching(/^temperature="hot"/),
    }),
  ]);
  expect(await player.start()).toBeNull();
  expect(errors).toHaveLength(2);
  player.setAttribute('temperature', '0');
  await player.updateComplete;
  expect(textOf(player)).not.toContain('hot');
  expect(buttonOf(player)?.hasAttribute('disabled')).toBe(false);
});

test('autoplay starts by itself, also when the element comes back', async () => {
  const player = playerOf('autoplay');
  await untilRunning(player);
  player.remove();
  await nextTurn();
  expect([player.state, runs[0].aborted, closed]).toEqual(['idle', true, 1]);
  document.body.append(player);
  await untilRunning(player);
  expect(runs).toHaveLength(2);
});

test('a move goes on with the run, by append and by moveBefore', async () => {
  const player = playerOf('autoplay');
  await untilRunning(player);
  const section = document.createElement('section');
  document.body.append(section);
  section.append(player);
  await nextTurn();
  (document.body as ParentNode & { moveBefore?: (node: Node, child: Node | null) => void }).moveBefore?.(
    player,
    null,
  );
  await nextTurn();
  expect([player.state, runs[0].aborted, closed]).toEqual(['running', false, 0]);
  const done = new Promise<Event>((resolve) => document.body.addEventListener('done', resolve));
  end();
  expect(((await done) as CustomEvent).detail.result).toBe(result);
  await player.updateComplete;
  expect(textOf(player)).toContain('No WebGPU here.');
});

test('the button stops a run and starts it again', async () => {
  const player = playerOf('');
  await player.updateComplete;
  const press = async () => {
    (buttonOf(player) as HTMLButtonElement).click();
    await player.updateComplete;
  };
  await press();
  await untilRunning(player);
  await player.updateComplete;
  expect(buttonOf(player)?.textContent?.trim()).toBe('Stop');
  await press();
  while (player.state !== 'done') await nextTurn();
  await player.updateComplete;
  expect(buttonOf(player)?.textContent?.trim()).toBe('Start again');
});

test('events cross the shadow root of the page that holds the element', async () => {
  const host = document.createElement('div');
  document.body.append(host);
  const player = new PlayerElement();
  player.provider = provider;
  const done = new Promise<Event>((resolve) => document.body.addEventListener('done', resolve));
  host.attachShadow({ mode: 'open' }).append(player);
  void player.start();
  await untilRunning(player);
  end();
  expect((await done).composed).toBe(true);
});
