import { costsOf } from '../models/costs/pass-times.ts';
import { costAt } from '../models/forward-costs.ts';
import { quartilesOf } from '../speed/quartiles.ts';
import { type MeasuredSpeedUp, measuredSpeedUp } from '../speed/speed-up.ts';
import type { MeasuredBackend, MeasuredMethod, MeasuredModel, Measurement } from './measurement.ts';
import { backendNames, methodNames, referenceNames } from './names.ts';

/** What a further token in a call costs, as a share of a call of its own. */
const maxShareOfMemoryBound = 0.15;
const minShareOfArithmeticBound = 0.5;

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

/** "Apple metal-3", or "llvmpipe, which computes on the processor"; null on WASM. */
export function adapterText({ adapter }: Pick<MeasuredBackend, 'adapter'>): string | null {
  if (!adapter) return null;
  const { vendor, architecture, device, description, isSoftware } = adapter;
  const named = [vendor, architecture].filter(Boolean).join(' ');
  const name = description || [named, device].filter(Boolean).join(' ') || 'an unnamed graphics card';
  return isSoftware ? `${name}, a software adapter that computes on the processor` : name;
}

/** "WebAssembly (2 threads)", "WebGPU (Apple metal-3)" */
export function placeText(measured: MeasuredBackend): string {
  const { backend, threads } = measured;
  const where = adapterText(measured) ?? (threads === 1 ? 'one thread' : `${threads} threads`);
  return `${backendNames[backend]} (${where})`;
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
  const percent = Math.max(0, Math.round(100 * shareOf(widest)));
  return `on ${placeText(measured)} each further token in a call costs ${percent} % of a call of its own (${model.title}: ${tokens} tokens take ${ratio.toFixed(1)} times as long as one), so ${boundWords[bound]}`;
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
