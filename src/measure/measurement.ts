import * as v from 'valibot';
import { EngineError } from '../errors/engine-error.ts';
import { parseOrThrow } from '../errors/parse-or-throw.ts';

/*
 * The file that "Measure this device" saves: raw times, and all that they depend on. Page, terminal and
 * `npm run bench -- --collect` read and write it through this file. A change that an older reader would misread gets a
 * new version.
 */

export const measurementFormat = 'antiphon-measurement';
export const measurementVersion = 1;

const text = v.string();
const finite = v.pipe(v.number(), v.finite());
const count = v.pipe(v.number(), v.safeInteger(), v.minValue(1));
const ms = v.pipe(finite, v.gtValue(0));
const bytes = v.pipe(v.number(), v.safeInteger(), v.minValue(0));
const backend = v.picklist(['wasm', 'webgpu']);

const adapterSchema = v.object({
  vendor: text,
  architecture: text,
  device: text,
  description: text,
  isSoftware: v.boolean(),
  features: v.array(text),
  featuresInUse: v.array(text),
  limits: v.record(text, v.number()),
});

/** A program that ran the engine, and the machine under it; null where the program does not tell. */
const hostSchema = v.object({
  /** A browser's own string, or "Node.js" with its version. */
  userAgent: text,
  /** What a browser calls itself in its client hints; empty elsewhere. */
  brands: v.array(v.object({ brand: text, version: text })),
  platform: text,
  platformVersion: v.nullable(text),
  /** Of the processor. */
  architecture: v.nullable(text),
  /** Name of a phone or of a processor. */
  model: v.nullable(text),
  cores: v.nullable(count),
  /** Browsers round it, and say 8 for more. */
  memoryGiB: v.nullable(finite),
});

const modelSchema = v.object({
  id: text,
  title: text,
  bytes,
  sha256: v.pipe(text, v.regex(/^[0-9a-f]{64}$/, '64 hexadecimal digits are needed')),
  /** Another one than was asked for where the self-check failed there. */
  backend,
  /** The self-check: how far one pass over several tokens is from one pass per token. */
  noise: v.object({ maxLogitDifference: finite, meanTotalVariation: finite }),
  notes: v.array(text),
  /** t(k), ascending in tokens; one entry of `ms` a sample. Empty for a model whose shape another one has. */
  passes: v.array(v.object({ tokens: count, ms: v.pipe(v.array(ms), v.minLength(1)) })),
});

const methodSchema = v.object({
  kind: v.picklist(['speculative', 'turns']),
  /** What was compared, as `engine.decode` takes it; prompts and texts went on from several places of one story. */
  request: v.looseObject({ method: v.looseObject({ kind: text }) }),
  reference: v.looseObject({ method: v.looseObject({ kind: text }) }),
  /** Of the story: accepted ÷ (accepted + rejected). */
  acceptanceRate: v.nullable(finite),
  /** Milliseconds per token, of the method and of its reference, one right after the other. */
  pairs: v.array(v.object({ methodMs: ms, referenceMs: ms })),
  /** Why it could not be measured. */
  failure: v.nullable(text),
});

const backendSchema = v.variant('outcome', [
  v.object({ outcome: v.literal('unavailable'), backend, reason: text }),
  v.object({
    outcome: v.literal('measured'),
    backend,
    /** Why this backend, in the engine's words. */
    reason: text,
    /** Of the WASM backend. */
    threads: count,
    onnxRuntime: v.object({ version: text, build: text }),
    adapter: v.nullable(adapterSchema),
    models: v.pipe(v.array(modelSchema), v.minLength(1)),
    methods: v.array(methodSchema),
  }),
]);

const versionSchema = v.looseObject({ format: v.literal(measurementFormat), version: v.number() });

const measurementSchema = v.object({
  format: v.literal(measurementFormat),
  version: v.literal(measurementVersion),
  engineVersion: text,
  createdAt: v.pipe(text, v.isoTimestamp()),
  host: hostSchema,
  backends: v.pipe(v.array(backendSchema), v.minLength(1)),
});

/** One device, measured. */
export type Measurement = v.InferOutput<typeof measurementSchema>;
export type MeasuredHost = Measurement['host'];
export type MeasuredBackend = Extract<Measurement['backends'][number], { outcome: 'measured' }>;
export type MeasuredModel = MeasuredBackend['models'][number];
export type MeasuredMethod = MeasuredBackend['methods'][number];

/**
 * Reads a saved measurement of this version. Fields that are not listed are left out.
 * @throws EngineError `integrity`, naming what is wrong
 */
export function readMeasurement(file: string): Measurement {
  let json: unknown;
  try {
    json = JSON.parse(file);
  } catch (cause) {
    throw invalid('it is not JSON: save it again', cause);
  }
  const { version } = parse(versionSchema, json);
  if (version !== measurementVersion) {
    throw invalid(
      `its version is ${version}, and this reader knows ${measurementVersion}: use the version of Antiphon that wrote it`,
    );
  }
  return parse(measurementSchema, json);
}

const parse = <const Schema extends v.GenericSchema>(schema: Schema, json: unknown): v.InferOutput<Schema> =>
  parseOrThrow(schema, json, 'the whole file', ({ sentence }) => invalid(sentence));

function invalid(problem: string, cause?: unknown): EngineError {
  return new EngineError('integrity', `not a measurement that can be read: ${problem}`, { cause });
}
