import * as v from 'valibot';
import type { PilotCriteria } from './pilot.ts';

/**
 * Criteria to start from. Strict: a drop-in, the same texts but for near-ties. Balanced: texts may differ now and then,
 * quality may not. Fast: some quality for speed. Deviation and same texts go together: of 64 tokens with 1 % a token to
 * differ, every second text is the same.
 */
export const criteriaPresets = {
  strict: { minSpeedUp: 1.1, maxDeviation: 0.001, minSameTexts: 0.95, maxPassRateLoss: 0 },
  balanced: { minSpeedUp: 1.2, maxDeviation: 0.01, minSameTexts: 0.5, maxPassRateLoss: 0.02 },
  fast: { minSpeedUp: 1.5, maxDeviation: 0.05, minSameTexts: 0, maxPassRateLoss: 0.05 },
} as const satisfies Readonly<Record<string, PilotCriteria>>;

export type CriteriaPreset = keyof typeof criteriaPresets;

export const presetNames = Object.keys(criteriaPresets) as readonly CriteriaPreset[];

/** Asks for nothing. */
export const noCriteria: PilotCriteria = {
  minSpeedUp: 0,
  maxDeviation: 1,
  minSameTexts: 0,
  maxPassRateLoss: 1,
};

/** The preset whose numbers these are; null where they were changed. */
export function presetOf(criteria: PilotCriteria): CriteriaPreset | null {
  const fields = Object.keys(noCriteria) as (keyof PilotCriteria)[];
  const isSame = (name: CriteriaPreset): boolean =>
    fields.every((field) => criteriaPresets[name][field] === criteria[field]);
  return presetNames.find(isSame) ?? null;
}

const share = v.exactOptional(v.pipe(v.number(), v.minValue(0), v.maxValue(1)));
const criteriaSchema = v.strictObject({
  minSpeedUp: v.exactOptional(v.pipe(v.number(), v.finite(), v.minValue(0))),
  maxDeviation: share,
  minSameTexts: share,
  maxPassRateLoss: share,
});

/**
 * Criteria from a file or a pilot that was kept; what an older version did not have asks for nothing.
 * @throws RangeError that names the field
 */
export function readCriteria(value: unknown): PilotCriteria {
  const parsed = v.safeParse(criteriaSchema, value, { abortPipeEarly: true });
  if (parsed.success) return { ...noCriteria, ...parsed.output };
  const [issue] = parsed.issues;
  throw new RangeError(`${v.getDotPath(issue) ?? 'criteria'}: ${issue.message}`);
}
