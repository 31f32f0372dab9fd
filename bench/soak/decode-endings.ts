import type { DecodeRun, EngineApi } from '../../src/engine/engine-api.ts';
import type { DecodeRequest } from '../../src/engine/request-types.ts';
import { EngineError } from '../../src/errors/engine-error.ts';

/** A way in which a program reads a decode and lets go of it. Throws where the result is not what it asked for. */
type Ending = (engine: EngineApi, request: DecodeRequest) => Promise<void>;

async function finished(run: DecodeRun, { maxTokens = 200 }: DecodeRequest): Promise<void> {
  const { finishReason, tokenIds } = await run.result;
  expectThat(finishReason !== 'abort', 'it was aborted');
  expectThat(tokenIds.length <= maxTokens, `${tokenIds.length} tokens came, ${maxTokens} were asked for`);
}

export const decodeEndings: Readonly<Record<string, Ending>> = {
  awaited: (engine, request) => finished(engine.decode(request), request),
  streamed: async (engine, request) => {
    const run = engine.decode(request);
    let text = '';
    for await (const round of run) text += round.text;
    expectThat(text === (await run.result).text, 'the rounds are not the text');
    await finished(run, request);
  },
  'with logprobs': (engine, request) =>
    isMixture(request)
      ? refused(engine, { ...request, logprobs: 3 })
      : finished(engine.decode({ ...request, logprobs: 3 }), request),
  'aborted at the first round': async (engine, request) => {
    const controller = new AbortController();
    const run = engine.decode(request, { signal: controller.signal });
    for await (const _round of run) controller.abort();
    await run.result;
  },
  'aborted in the queue': async (engine, request) => {
    const controller = new AbortController();
    const first = engine.decode(request);
    const run = engine.decode(request, { signal: controller.signal });
    controller.abort();
    await Promise.all([finished(first, request), run.result]);
  },
  'stopped while prompts are read': async (engine, request) => {
    const run: DecodeRun = engine.decode(request, { onPrefill: () => run.stop() });
    await run.result;
  },
  'left by its reader': async (engine, request) => {
    const run = engine.decode(request);
    for await (const _round of run) break;
    run.stop();
    await run.result;
  },
  'at a stop string': async (engine, request) => {
    const stop = ['.', ',', ' the', ' a'];
    const run = engine.decode({ ...request, maxTokens: 8, stop });
    const { text } = await run.result;
    expectThat(!stop.some((string) => text.includes(string)), `a stop string is in '${text}'`);
    await finished(run, { ...request, maxTokens: 8 });
  },
  'with other weights on the way': async (engine, request) => {
    const run = engine.decode(request);
    const { method } = request;
    const combine = method.kind === 'collaborative' ? method.combine : null;
    for await (const _round of run) {
      if (combine?.kind === 'contrastive') await run.update({ mu: 0.2 });
      else if (combine?.kind === 'weighted' || combine?.kind === 'geometric') {
        await run.update({ weights: [...combine.weights].reverse() });
      }
      break;
    }
    await finished(run, request);
  },
  refused: (engine, request) => refused(engine, { ...request, sampling: { temperature: -1 } }),
  'too long': (engine, request) => {
    const { messages: _messages, ...rest } = request;
    return refused(engine, { ...rest, prompt: 'story '.repeat(2000) });
  },
  'with candidates': async (engine, request) => {
    const run = engine.decode(request);
    const { tokenIds } = await run.result;
    const { combined } = await engine.candidates({ request, tokenIds, position: tokenIds.length, k: 5 });
    expectThat(combined.top.length > 0, 'no token is likely');
  },
};

const isMixture = ({ method }: DecodeRequest): boolean =>
  method.kind === 'collaborative' && method.schedule === 'mixture';

async function refused(engine: EngineApi, request: DecodeRequest): Promise<void> {
  const codes = ['invalid-request', 'context-full'];
  const outcome = await engine.decode(request).result.then(
    () => 'a text',
    (error: unknown) => (error instanceof EngineError ? error.code : String(error)),
  );
  expectThat(codes.includes(outcome), `a request that cannot be met gave ${outcome}`);
}

export function expectThat(holds: boolean, otherwise: string): void {
  if (!holds) throw new Error(otherwise);
}
