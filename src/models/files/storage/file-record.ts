import * as v from 'valibot';

const TextOrNull = v.nullable(v.string());

const RecordSchema = v.object({
  version: v.literal(1),
  key: v.object({ url: v.string(), content: TextOrNull }),
  label: v.object({ model: TextOrNull, path: v.string() }),
  /** Of the answer that the bytes came from. */
  validators: v.object({ etag: TextOrNull, lastModified: TextOrNull }),
  /** Of two copies under one key the one with the larger number is the newer. */
  generation: v.optional(v.number(), 0),
  /** Of the whole file; null while it is a part. */
  complete: v.nullable(v.object({ bytes: v.number(), sha256: v.string() })),
});

/** What the bytes beside it are. */
export type FileRecord = v.InferOutput<typeof RecordSchema>;

/** null for a text that is no record, as one that a crash has cut short. */
export function readRecord(text: string): FileRecord | null {
  try {
    const parsed = v.safeParse(RecordSchema, JSON.parse(text));
    return parsed.success ? parsed.output : null;
  } catch {
    return null;
  }
}
