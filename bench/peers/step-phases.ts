import type { ContextDecodes } from './measure-section.ts';

/** Parts of a step, in the order in which they are stacked. */
export const stepParts = ['forward', 'readback', 'sample', 'text', 'loop', 'page'] as const;
export type StepPart = (typeof stepParts)[number];

export const stepPartsInWords: Readonly<Record<StepPart, string>> = {
  forward: 'forward',
  readback: 'read-back',
  sample: 'sampling',
  text: 'text',
  loop: 'rest of the loop',
  page: 'to the page',
};

/** Where the time of a token of plain decoding goes, after the first one. */
export interface StepPhases {
  readonly section: string;
  readonly promptTokens: number;
  readonly tokens: number;
  /**
   * `loop`: what is none of the engine's phases. `page`: by how much the page's clock, between the first token and the
   * last, runs ahead of the engine's; below 0 where the first token was longer on its way than the last.
   */
  readonly msPerToken: Readonly<Record<StepPart, number>>;
}

/** Antiphon's steps in one context, all trials together; null where it did not come to a second token. */
export function stepPhasesOf({ section, promptTokens, contenders }: ContextDecodes): StepPhases | null {
  const sums: Record<StepPart, number> = { forward: 0, readback: 0, sample: 0, text: 0, loop: 0, page: 0 };
  let tokens = 0;
  for (const timed of contenders[0].decodes) {
    if (!timed?.phases) continue;
    const { phases, tokenAtMs } = timed;
    const { forward, readback, sample, text, engine } = phases;
    tokens += phases.tokens;
    sums.forward += forward;
    sums.readback += readback;
    sums.sample += sample;
    sums.text += text;
    sums.loop += engine - forward - readback - sample - text;
    sums.page += (tokenAtMs.at(-1) ?? 0) - (tokenAtMs[0] ?? 0) - engine;
  }
  if (tokens === 0) return null;
  const msPerToken = { ...sums };
  for (const part of stepParts) msPerToken[part] /= tokens;
  const sorted = [...promptTokens].sort((left, right) => left - right);
  return { section, promptTokens: sorted[sorted.length >> 1], tokens, msPerToken };
}
