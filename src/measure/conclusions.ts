import { costsOf } from '../models/costs/pass-times.ts';
import { costAt } from '../models/forward-costs.ts';
import { quartilesOf } from '../speed/quartiles.ts';
import { type MeasuredSpeedUp, measuredSpeedUp } from '../speed/speed-up.ts';
import type { MeasuredBackend, MeasuredMethod, MeasuredModel, Measurement } from './measurement.ts';
import { backendNames, methodNames, referenceNames } from './names.ts';

/** What a further token in a call costs, as a share of a call of its own. */
const maxShareOfMemoryBound = 0.15;
const minShareOfArithmeticBound = 0.5;

/** Fewer samples of a call may all have met a busy spell of the device. */
const minSamples = 3;
/** Upper quartile ÷ lower quartile of a call's samples, the median over the measured widths. */
const maxSteadySpread = 1.5;

/** What holds a backend up: reading the weights, which all tokens of a call share, or computing with them. */
export type Bound = 'memory' | 'arithmetic' | 'both';

/** t(k) ÷ t(1) at the measured widths, ascending. */
export function growthOf({ passes }: Pick<MeasuredModel, 'passes'>): readonly {
  readonly tokens: number;
  readonly ratio: number;
}[] {
  const costs = costsOf(passes);
  if (costs.length === 0) return [];
  const one = costAt(costs, 1);
  return costs.map(({ tokens, ms }) => ({ tokens, ratio: ms / one }));
}

/** t(tokens) ÷ t(1); null where that width was not measured. */
export const growthAt = (model: Pick<MeasuredModel, 'passes'>, tokens: number): number | null =>
  growthOf(model).find((one) => one.tokens === tokens)?.ratio ?? null;

/** True where the times are many and alike enough to conclude something from them. */
export function isSteady({ passes }: Pick<MeasuredModel, 'passes'>): boolean {
  const ends = [passes[0], passes.at(-1)];
  if (ends.some((one) => (one?.ms.length ?? 0) < minSamples)) return false;
  const spreads = passes.map(({ ms }) => {
    const { lower, upper } = quartilesOf(ms);
    return upper / lower;
  });
  return quartilesOf(spreads).median <= maxSteadySpread;
}

/** null where only one width was measured */
export function boundOf(model: Pick<MeasuredModel, 'passes'>): Bound | null {
  const last = growthOf(model).at(-1);
  if (!last || last.tokens === 1) return null;
  const share = shareOf(last);
  if (share <= maxShareOfMemoryBound) return 'memory';
  return share >= minShareOfArithmeticBound ? 'arithmetic' : 'both';
}

/** What a further token costs, as a share of a call of its own. */
const shareOf = ({ tokens, ratio }: ReturnType<typeof growthOf>[number]): number =>
  (ratio - 1) / (tokens - 1);

/** The largest model that ran on the backend itself: it says most about the device. */
export function tellingModel({ backend, models }: MeasuredBackend): MeasuredModel | null {
  const own = models.filter((model) => model.backend === backend && model.passes.length > 1);
  return own.reduce<MeasuredModel | null>(
    (most, one) => (most && most.bytes >= one.bytes ? most : one),
    null,
  );
}

/** Tokens per second of plain decoding, the reference of the speculative method; null where it was not measured. */
export function plainTokensPerSecond({ methods }: MeasuredBackend): number | null {
  const pairs = methods.find(({ kind }) => kind === 'speculative')?.pairs ?? [];
  if (pairs.length === 0) return null;
  return 1000 / quartilesOf(pairs.map(({ referenceMs }) => referenceMs)).median;
}

/** "1.46 (1.30–1.54), faster", or a dash. */
export function speedUpText(speedUp: MeasuredSpeedUp | null): string {
  if (!speedUp) return '–';
  const { median, min, max, outcome } = speedUp;
  return `${factor(median)} (${factor(min)}–${factor(max)}), ${outcome}`;
}

/** "apple metal-3"; null on WASM */
function adapterName({ adapter }: Pick<MeasuredBackend, 'adapter'>): string | null {
  if (!adapter) return null;
  const { vendor, architecture, device, description } = adapter;
  return (
    description || [vendor, architecture, device].filter(Boolean).join(' ') || 'an unnamed graphics card'
  );
}

/**
 * "WebAssembly (2 threads)", "WebGPU (apple metal-3)"
 * @param software what is said of a software adapter
 */
export function placeText(
  measured: Pick<MeasuredBackend, 'backend' | 'threads' | 'adapter'>,
  software = 'a software adapter, which computes on the processor',
): string {
  const { backend, threads, adapter } = measured;
  const name = adapterName(measured);
  const where = name === null ? (threads === 1 ? 'one thread' : `${threads} threads`) : name;
  return `${backendNames[backend]} (${where}${adapter?.isSoftware ? `, ${software}` : ''})`;
}

/**
 * Three sentences for somebody who has not heard of t(k): what holds the device up, which method pays on it and by how
 * much, and how certain that is.
 */
export function conclusionsOf({ backends }: Measurement): readonly [string, string, string] {
  const measured = backends.filter((one): one is MeasuredBackend => one.outcome === 'measured');
  const unavailable = backends.flatMap((one) =>
    one.outcome === 'unavailable' ? [`${backendNames[one.backend]} was not measured (${one.reason})`] : [],
  );
  return [
    sentence([...measured.map(boundText), ...unavailable]),
    sentence(measured.map(payText)),
    certaintyText(measured),
  ];
}

const boundWords: Readonly<Record<Bound, string>> = {
  memory: 'it is bound by memory, and checking drafts is nearly free',
  arithmetic: 'it is bound by arithmetic, and drafts must be good to pay',
  both: 'it is bound partly by memory and partly by arithmetic',
};

function boundText(measured: MeasuredBackend): string {
  const model = tellingModel(measured);
  const bound = model && boundOf(model);
  const widest = model && growthOf(model).at(-1);
  if (!model || !bound || !widest) {
    const [note] = measured.models.flatMap(({ notes }) => notes);
    return `${placeText(measured)} ran none of the models${note ? `: ${note.replace(/\.$/, '')}` : ''}`;
  }
  const { tokens, ratio } = widest;
  const times = `${model.title}: ${tokens} tokens take ${ratio.toFixed(1)} times as long as one`;
  if (!isSteady(model)) {
    return `on ${placeText(measured)} the times of calls are too few or scatter too much to say what holds it up (${times}), so measure again while the device does nothing else`;
  }
  const percent = Math.max(0, Math.round(100 * shareOf(widest)));
  return `on ${placeText(measured)} each further token in a call costs ${percent} % of a call of its own (${times}), so ${boundWords[bound]}`;
}

interface Comparison {
  readonly place: string;
  readonly method: MeasuredMethod;
  readonly speedUp: MeasuredSpeedUp | null;
}

const comparisonsOf = (measured: MeasuredBackend): readonly Comparison[] =>
  measured.methods.map((method) => ({
    place: backendNames[measured.backend],
    method,
    speedUp: measuredSpeedUp(method.pairs),
  }));

function payText(measured: MeasuredBackend): string {
  const texts = [...comparisonsOf(measured)]
    .sort((one, other) => (other.speedUp?.median ?? 0) - (one.speedUp?.median ?? 0))
    .map(({ method: { kind, failure }, speedUp }) => {
      const name = methodNames[kind];
      if (!speedUp) return `${name} was not measured${failure ? ` (${failure})` : ''}`;
      const than = `${factor(speedUp.median)} times the speed of ${referenceNames[kind]}`;
      if (speedUp.outcome === 'faster') return `${name} pays (${than})`;
      if (speedUp.outcome === 'slower') return `${name} does not pay (${than})`;
      return `whether ${name} pays is open (${than})`;
    });
  const where = `on ${backendNames[measured.backend]} `;
  return texts.length === 0 ? `${where}no method was measured` : where + texts.join(' and ');
}

function certaintyText(measured: readonly MeasuredBackend[]): string {
  const comparisons = measured.flatMap(comparisonsOf).filter(({ speedUp }) => speedUp !== null);
  if (comparisons.length === 0) return 'Nothing is certain, because no method was measured.';
  const textOf = ({ place, method, speedUp }: Comparison): string =>
    `${methodNames[method.kind]} on ${place} (${speedUp?.pairs} ${speedUp?.pairs === 1 ? 'pair' : 'pairs'}, ${factor(speedUp?.min ?? 0)} to ${factor(speedUp?.max ?? 0)})`;
  const isOpen = ({ speedUp }: Comparison): boolean => speedUp?.outcome === 'open';
  const open = comparisons.filter(isOpen).map(textOf);
  const certain = comparisons.filter((one) => !isOpen(one)).map(textOf);
  return sentence([
    ...(certain.length > 0
      ? [`this is certain for ${listed(certain)}, where at least three quarters of the pairs agree`]
      : []),
    ...(open.length > 0
      ? [`it is not certain for ${listed(open)}, so measure again while the device does nothing else`]
      : []),
  ]);
}

const factor = (value: number): string => value.toFixed(value < 10 ? 2 : 1);

const listed = (items: readonly string[]): string =>
  items.length < 2 ? items.join() : `${items.slice(0, -1).join(', ')} and ${items.at(-1)}`;

/** One sentence from clauses. */
function sentence(clauses: readonly string[]): string {
  const text = clauses.join('; ');
  return text === '' ? 'Nothing was measured.' : `${text[0].toUpperCase()}${text.slice(1)}.`;
}
