import { type Quartiles, quartilesOf } from '../../src/speed/quartiles.ts';
import type { ContextDecodes } from './measure-section.ts';
import type { TimedDecode } from './pages/contender.ts';

/** One engine in one context. */
export interface PeerRow {
  readonly section: string;
  readonly backend: 'wasm' | 'webgpu';
  /** Median length of the prompts. */
  readonly promptTokens: number;
  readonly name: string;
  readonly threads: number | null;
  readonly version: string | null;
  readonly tokensPerSecond: Quartiles | null;
  readonly firstTokenMs: Quartiles | null;
  /** Antiphon's tokens/s over this one's, trial by trial; null for Antiphon itself. */
  readonly speedRatio: Quartiles | null;
  /** What that ratio is to be at least; null for Antiphon itself. */
  readonly atLeast: number | null;
  /** This one's time to the first token over Antiphon's, trial by trial; null for Antiphon itself. */
  readonly firstTokenRatio: Quartiles | null;
  /** Against Antiphon on the same file; null where the files are not the same. */
  readonly agreement: Agreement | null;
  readonly failure: string | null;
}

export interface Agreement {
  readonly trials: number;
  /** Smallest position behind the prompt at which the tokens differ; null where none does. */
  readonly firstDifference: number | null;
}

/** Tokens after those that came first ÷ the time after them; null where there are none. */
export function decodeSpeed({ tokenAtMs }: Pick<TimedDecode, 'tokenAtMs'>): number | null {
  const [first] = tokenAtMs;
  const later = tokenAtMs.filter((atMs) => atMs > first);
  return later.length > 0 ? (1000 * later.length) / (later[later.length - 1] - first) : null;
}

/** Where two texts part; null where the shorter is the beginning of the other, which may have an end token more. */
export function firstDifference(ours: readonly number[], theirs: readonly number[]): number | null {
  const length = Math.min(ours.length, theirs.length);
  for (let position = 0; position < length; position++) {
    if (ours[position] !== theirs[position]) return position;
  }
  return null;
}

/** One row for each engine, Antiphon first. */
export function peerRowsOf({ section, backend, promptTokens, contenders }: ContextDecodes): PeerRow[] {
  const [antiphon] = contenders;
  return contenders.map(({ name, sameFile, atLeast, opened, decodes, failure }) => {
    const trials = decodes.flatMap((timed, index) => {
      const ours = antiphon.decodes[index];
      return timed && ours ? [{ timed, ours }] : [];
    });
    const isPeer = name !== antiphon.name;
    const quartilesIfAny = (values: readonly (number | null)[]): Quartiles | null => {
      const known = values.filter((value) => value !== null && Number.isFinite(value)) as number[];
      return known.length > 0 ? quartilesOf(known) : null;
    };
    const ratios = (of: (timed: TimedDecode) => number | null): (number | null)[] =>
      trials.map(({ timed, ours }) => {
        const [own, other] = [of(ours), of(timed)];
        return own === null || other === null ? null : own / other;
      });
    const differences = trials.flatMap(({ timed, ours }) =>
      timed.tokenIds && ours.tokenIds ? [firstDifference(ours.tokenIds, timed.tokenIds)] : [],
    );
    return {
      section,
      backend,
      promptTokens: Math.round(quartilesOf(promptTokens).median),
      name,
      threads: opened?.threads ?? null,
      version: opened?.version ?? null,
      tokensPerSecond: quartilesIfAny(trials.map(({ timed }) => decodeSpeed(timed))),
      firstTokenMs: quartilesIfAny(trials.map(({ timed }) => timed.tokenAtMs[0] ?? null)),
      speedRatio: isPeer ? quartilesIfAny(ratios(decodeSpeed)) : null,
      atLeast,
      firstTokenRatio: isPeer
        ? quartilesIfAny(ratios(({ tokenAtMs }) => (tokenAtMs.length > 0 ? 1 / tokenAtMs[0] : null)))
        : null,
      agreement: isPeer && sameFile && differences.length > 0 ? agreementOf(differences) : null,
      failure,
    };
  });
}

function agreementOf(differences: readonly (number | null)[]): Agreement {
  const positions = differences.filter((position) => position !== null);
  return {
    trials: differences.length,
    firstDifference: positions.length > 0 ? Math.min(...positions) : null,
  };
}
