import * as v from 'valibot';

/** The bytes of a table's entry; null where its text depends on the tokens before it, or is no matter of bytes. */
export type EntryBytes = (entry: string, isAdded: boolean) => readonly number[] | null;

const DecoderSchema = v.looseObject({
  type: v.string(),
  decoders: v.optional(v.array(v.looseObject({ type: v.string() })), []),
});

/**
 * How a `decoder` of tokenizer.json spells bytes: as one character each (`ByteLevel`), or as `<0xE2>` for characters that
 * the vocabulary lacks (`ByteFallback`).
 */
export function entryBytesOf(decoder: unknown): EntryBytes {
  const parsed = v.safeParse(DecoderSchema, decoder);
  if (!parsed.success) return () => null;
  const { type, decoders } = parsed.output;
  const steps = type === 'Sequence' ? decoders.map((step) => step.type) : [type];
  if (steps.includes('ByteLevel') && steps.every((step) => step === 'ByteLevel' || step === 'Fuse')) {
    return (entry, isAdded) => (isAdded ? [...utf8.encode(entry)] : disguisedBytes(entry));
  }
  return steps.includes('ByteFallback') ? fallbackByte : () => null;
}

const utf8 = new TextEncoder();

/** A byte below 0x80 is a whole character, which a decoder may treat as any other: it strips a space at the beginning. */
function fallbackByte(entry: string): readonly number[] | null {
  const byte = Number.parseInt(/^<0x([0-9a-f]{2})>$/i.exec(entry)?.[1] ?? '0', 16);
  return byte < 0x80 ? null : [byte];
}

function disguisedBytes(entry: string): readonly number[] | null {
  const bytes: number[] = [];
  for (const character of entry) {
    const byte = byteOfCharacter.get(character);
    if (byte === undefined) return null;
    bytes.push(byte);
  }
  return bytes;
}

/** GPT-2's alphabet: a printable byte is the character of its number, the others follow behind U+0100 in their order. */
const byteOfCharacter: ReadonlyMap<string, number> = (() => {
  const isPrintable = (byte: number): boolean =>
    (byte > 0x20 && byte < 0x7f) || (byte > 0xa0 && byte !== 0xad);
  let others = 0x100;
  return new Map(
    Array.from({ length: 256 }, (_, byte) => [
      String.fromCharCode(isPrintable(byte) ? byte : others++),
      byte,
    ]),
  );
})();
