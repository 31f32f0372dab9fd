import type { Page } from 'playwright';
import { weightedCombine } from '../../src/combine/weighted-combine.ts';
import { coinRounds } from '../../src/decode/testing/coin-verdicts.ts';
import type { DecodeResult, EngineApi, LoadedModel } from '../../src/engine/engine-api.ts';
import type { Round } from '../../src/round/round.ts';
import { timedRounds } from '../../src/round/testing/timed-rounds.ts';
import type { AntiphonApp } from '../../src/ui/page/antiphon-app.ts';
import { allowNames } from './frame-watch.ts';

/** As many as a small model writes on WASM; nobody reads as fast. */
export const roundsPerSecond = 200;
const verdictMs = 0.4;
/** Nearly all rounds have one. */
const forwardMs = 1000 / roundsPerSecond - verdictMs;
/** As the story models write. */
const proposalsPerParagraph = 60;
const words =
  'once there was a little fox who lived near the old mill and looked up at the silver moon'.split(' ');

/** Rounds of two members that alternate, verdicts being coins, on an even clock. */
export async function evenRounds(count: number): Promise<readonly Round[]> {
  const rounds = await coinRounds(
    {
      kind: 'collaborative',
      combine: weightedCombine([1, 1]),
      schedule: 'alternate',
      acceptance: { kind: 'exact' },
      defaultProposer: 0,
      draftLengths: [1, 1],
    },
    [0.9, 0.9],
    count,
  );
  const textOf = (proposal: number): string =>
    proposal % proposalsPerParagraph === 0 ? '\n\n' : ` ${words[proposal % words.length]}`;
  return timedRounds(rounds, { forwardMs: () => forwardMs, verdictMs, textOf }).map((round, index) => {
    const inText = round.proposals.filter(({ fate }) => fate !== 'rejected' && fate !== 'discarded');
    return { ...round, index, text: inText.map(({ text }) => text).join('') };
  });
}

/**
 * Puts in place of the page's engine one that plays these rounds, each at its time. Everything else of the page is as
 * it is: what its main thread does is what it does for an engine that runs in a worker of its own.
 */
export async function playRounds(page: Page, rounds: readonly Round[]): Promise<void> {
  await allowNames(page);
  await page.evaluate((played) => {
    async function* play(): AsyncGenerator<Round, void, void> {
      const startMs = performance.now();
      for (const round of played) {
        while (performance.now() - startMs < round.atMs)
          await new Promise((resolve) => setTimeout(resolve, 2));
        yield round;
      }
    }
    const models = (id: string): LoadedModel => ({ id, title: id, notes: [] }) as unknown as LoadedModel;
    const text = played.map((round) => round.text).join('');
    const committed = played.flatMap((round) => round.committed);
    const engine: Partial<EngineApi> = {
      load: async (model) => models(typeof model === 'string' ? model : model.repo),
      info: async () => ({
        state: 'open',
        backend: 'wasm',
        backendReason: 'Plays a recording.',
        threads: 1,
        models: [],
        liveGpuBuffers: 0,
        liveGpuBytes: 0,
      }),
      decode: (request) => {
        const iterator = play();
        const result = {
          text,
          tokenIds: committed,
          finishReason: 'length',
          seed: request.seed,
          request,
          rounds: played,
          lossy: false,
          stats: { speedUp: null },
        };
        return {
          [Symbol.asyncIterator]: () => iterator,
          result: Promise.resolve(result as unknown as DecodeResult),
          stop: () => {},
          update: async () => {},
        } as unknown as ReturnType<EngineApi['decode']>;
      },
      close: async () => {},
    };
    const app = document.createElement('antiphon-app') as AntiphonApp;
    app.provider = {
      missingFeatures: () => [],
      listModels: async () => [],
      openEngine: async () => engine as EngineApi,
    };
    document.querySelector('antiphon-app')?.replaceWith(app);
  }, rounds);
}
