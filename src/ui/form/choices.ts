import type { BackendChoice } from '../../engine/engine-api.ts';
import type { AcceptanceKind } from './acceptance-form.ts';
import type { CombinationChoice, ScheduleChoice } from './team-form.ts';

/** One entry of a list to choose from, with a line that explains it. */
export interface Choice<Kind> {
  readonly kind: Kind;
  readonly title: string;
  readonly explanation: string;
}

export const combinations: readonly Choice<CombinationChoice>[] = [
  {
    kind: 'weighted',
    title: 'Weighted',
    explanation: 'A mixture: each model’s probabilities count by its weight λ.',
  },
  {
    kind: 'contrastive',
    title: 'Contrastive',
    explanation: 'What the expert says, minus μ times what any amateur would say.',
  },
  {
    kind: 'geometric',
    title: 'Geometric',
    explanation: 'A product: a word must please every model. A negative weight pushes away.',
  },
  {
    kind: 'custom',
    title: 'Custom module',
    explanation: 'Your own function from the members’ numbers to the combined ones.',
  },
];

export const schedules: readonly Choice<ScheduleChoice>[] = [
  {
    kind: 'alternate',
    title: 'Alternate (CoS)',
    explanation: 'Members take turns: a pass that checks a proposal makes the next one too.',
  },
  {
    kind: 'naive',
    title: 'Naive',
    explanation: 'One member always proposes, the others only check.',
  },
  {
    kind: 'black-box',
    title: 'Black box',
    explanation: 'One member drafts; then every model scores the draft.',
  },
  {
    kind: 'sequential',
    title: 'Sequential',
    explanation: 'Every model is asked for every token: the baseline.',
  },
  {
    kind: 'mixture',
    title: 'Mixture',
    explanation: 'Each token comes from one member, picked by its weight: same distribution, no proposals.',
  },
];

export const backends: readonly Choice<BackendChoice>[] = [
  {
    kind: 'auto',
    title: 'Automatic',
    explanation: 'WebGPU on a graphics card that passes the self-check, else WebAssembly.',
  },
  {
    kind: 'webgpu',
    title: 'WebGPU',
    explanation: 'The graphics card, or a software adapter where there is no other: slow, but the same.',
  },
  {
    kind: 'wasm',
    title: 'WebAssembly',
    explanation: 'The processor, on as many threads as the page may have.',
  },
];

/** Lossless criteria keep the distribution of the text; the others trade it for speed. */
export interface AcceptanceChoice extends Choice<AcceptanceKind> {
  readonly lossless: boolean;
}

export const acceptances: readonly AcceptanceChoice[] = [
  {
    kind: 'exact',
    title: 'Exact',
    lossless: true,
    explanation: 'The text follows the combined distribution exactly.',
  },
  {
    kind: 'coupled',
    title: 'Coupled',
    lossless: true,
    explanation: 'Exact; the same seed gives the same text under every schedule. Lower acceptance rate.',
  },
  {
    kind: 'lenient',
    title: 'Lenient',
    lossless: false,
    explanation: 'Multiplies the acceptance probability by ℓ: faster, slightly inexact.',
  },
  {
    kind: 'typical',
    title: 'Typical',
    lossless: false,
    explanation: 'Accepts any sufficiently likely token: faster, but not exact.',
  },
];

/** The chosen entry of a list. */
export function chosenOf<Entry extends { readonly kind: unknown }>(
  entries: readonly Entry[],
  kind: Entry['kind'],
): Entry {
  return entries.find((entry) => entry.kind === kind) ?? entries[0];
}
