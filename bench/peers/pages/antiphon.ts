import type { EngineApi } from '../../../src/engine/engine-api.ts';
import type { TerminalHarness } from '../../../src/ui/page/terminal-harness.ts';
import type { ContenderOptions, ContenderPrompt, EnginePhases, TimedDecode } from './contender.ts';

/* Runs beside terminal.html's own script, on the engine as it is built for the site. */

declare const antiphon: TerminalHarness;

let engine: EngineApi | undefined;
let model = '';

async function decode({ text }: ContenderPrompt, maxTokens: number): Promise<TimedDecode> {
  if (!engine) throw new Error('antiphon: call open first');
  const startMs = performance.now();
  const tokenAtMs: number[] = [];
  const run = engine.decode({
    prompt: text,
    maxTokens,
    sampling: { temperature: 0 },
    method: { kind: 'plain', model },
  });
  for await (const round of run) {
    const atMs = performance.now() - startMs;
    for (const _ of round.committed) tokenAtMs.push(atMs);
  }
  const { promptTokenIds, tokenIds, rounds } = await run.result;
  const later = rounds.slice(1);
  const sumOf = (phase: 'forward' | 'readback' | 'sample' | 'text'): number =>
    later.reduce((sum, { msByPhase }) => sum + msByPhase[phase], 0);
  const phases: EnginePhases = {
    tokens: later.reduce((sum, { committed }) => sum + committed.length, 0),
    forward: sumOf('forward'),
    readback: sumOf('readback'),
    sample: sumOf('sample'),
    text: sumOf('text'),
    engine: (later.at(-1)?.atMs ?? rounds[0].atMs) - rounds[0].atMs,
  };
  return { promptTokens: promptTokenIds.length, tokenIds, tokenAtMs, phases };
}

window.contender = {
  open: async ({ modelUrl, dtype, backend }: ContenderOptions) => {
    engine = await antiphon.connect({ backend });
    model = `${modelUrl}:${dtype}`;
    const { notes } = await engine.load(model);
    const { threads } = await engine.info();
    return { version: '', threads: backend === 'wasm' ? threads : 1, notes };
  },
  decode,
};
