import * as v from 'valibot';
import type { Proposer } from '../round/proposer.ts';
import { tokenId } from '../tokens/token-id.ts';

/*
 * The lines of a trace. Fields that are not listed are left out: a later minor version may have added them. The
 * request is checked by its own schema, and what lines say about each other by the reader.
 */

const finite = v.pipe(v.number(), v.finite());
const count = v.pipe(v.number(), v.safeInteger(), v.minValue(0));
const ms = v.pipe(finite, v.minValue(0));
/** f32 sums round: a certain token may have a little more than 1. */
const probability = v.pipe(finite, v.minValue(0), v.maxValue(1.001));
const token = v.pipe(count, v.transform(tokenId));
const backend = v.picklist(['wasm', 'webgpu']);

/** What every line must have, whatever its version. */
export const lineSchema = v.looseObject({ type: v.string() });

/** What tells a trace, of whatever version, from other JSON. */
export const formatSchema = v.looseObject({
  type: v.literal('header'),
  format: v.literal('antiphon-trace'),
  version: v.pipe(v.string(), v.regex(/^\d{1,9}\.\d{1,9}$/, 'a version like "1.0" is needed')),
});

export const headerSchema = v.object({
  engineVersion: v.string(),
  createdAt: v.pipe(v.string(), v.isoTimestamp()),
  backend,
  request: v.unknown(),
  members: v.pipe(
    v.array(
      v.object({
        model: v.string(),
        label: v.string(),
        sha256: v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/, '64 hexadecimal digits are needed')),
      }),
    ),
    v.minLength(1),
  ),
});

const logprob = {
  tokenId: token,
  text: v.string(),
  /** Since 2.2. */
  bytes: v.optional(v.nullable(v.array(v.pipe(count, v.maxValue(255)))), null),
  logprob: v.pipe(finite, v.maxValue(0)),
};

const proposer: v.GenericSchema<Proposer> = v.variant('kind', [
  v.object({ kind: v.literal('member'), index: count }),
  v.object({ kind: v.literal('lookup') }),
]);

/** In version 1 a proposer was a number: the look-up's was the number of members. */
const numberedProposer = (members: number) =>
  v.pipe(
    count,
    v.maxValue(members, ({ received }) => `proposer ${received} of ${members}`),
    v.transform((index): Proposer => (index < members ? { kind: 'member', index } : { kind: 'lookup' })),
  );

/**
 * @param major version of the format
 * @param members how many there are
 */
export const roundSchema = (major: number, members: number) =>
  v.object({
    index: count,
    atMs: ms,
    forwards: v.array(
      v.object({
        member: count,
        kind: v.picklist(['prefill', 'draft', 'score', 'catch-up']),
        tokens: count,
        startMs: ms,
        ms,
        estimated: v.boolean(),
      }),
    ),
    proposals: v.array(
      v.object({
        proposer: v.nullable(major === 1 ? numberedProposer(members) : proposer),
        tokenId: token,
        text: v.string(),
        q: v.nullable(probability),
        r: v.nullable(probability),
        u: v.nullable(probability),
        fate: v.picklist(['accepted', 'rejected', 'recovered', 'discarded', 'drawn']),
        deviation: v.nullable(probability),
      }),
    ),
    committed: v.array(token),
    text: v.string(),
    kvLengths: v.array(count),
    draftLengths: v.array(count),
    msByPhase: v.object({ forward: ms, readback: ms, sample: ms, text: ms }),
    readbacks: count,
    resumed: v.exactOptional(v.literal(true)),
    logprobs: v.exactOptional(v.array(v.object({ ...logprob, top: v.array(v.object(logprob)) }))),
    combine: v.exactOptional(v.union([v.object({ weights: v.array(finite) }), v.object({ mu: finite })])),
  });

const candidate = { tokenId: token, text: v.string(), probability };
const candidateList = v.object({
  top: v.array(v.object(candidate)),
  token: v.nullable(v.object({ ...candidate, rank: v.pipe(count, v.minValue(1)) })),
});

export const candidatesSchema = v.object({
  round: count,
  proposal: count,
  members: v.array(v.nullable(candidateList)),
  combined: candidateList,
});

/** What of a result its rounds do not tell. Statistics are summed up anew from the rounds. */
export const resultSchema = v.object({
  text: v.string(),
  promptTokenIds: v.array(count),
  finishReason: v.picklist(['stop', 'end', 'length', 'context', 'abort']),
  backend,
  seed: count,
  request: v.unknown(),
  lossy: v.boolean(),
  /** Since 2.1. */
  resumed: v.optional(v.array(v.object({ tokens: count, reason: v.string(), sameText: v.boolean() })), []),
  stats: v.object({
    speedUp: v.nullable(v.object({ predicted: finite, measured: finite })),
    liveGpuBuffers: count,
  }),
});
