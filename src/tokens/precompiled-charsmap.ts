/** In bytes; the longest that SentencePiece makes of Unicode's forms has 33. */
export const maxReplacement = 64;

/** Graphemes whose replacement is kept. */
const maxKnown = 4096;

/**
 * SentencePiece's normalization as its models carry it: a table of texts and what replaces them. Its layout: the size of the
 * trie in bytes, the trie as a double array of 32-bit units (https://github.com/s-yata/darts-clone), then the replacements,
 * each closed by a zero byte; numbers are little-endian.
 */
export class PrecompiledCharsmap {
  readonly #units: Uint32Array;
  readonly #replacements: Uint8Array;
  readonly #graphemes = new Intl.Segmenter(undefined, { granularity: 'grapheme' });
  readonly #known = new Map<string, string>();
  readonly #encoder = new TextEncoder();
  readonly #decoder = new TextDecoder('utf-8', { ignoreBOM: true });

  /** Throws where `base64` has not that layout, or a replacement is longer than `maxReplacement`. */
  constructor(base64: string) {
    const bytes = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
    const trieBytes = new DataView(bytes.buffer).getUint32(0, true);
    const trie = new DataView(bytes.buffer, 4, trieBytes);
    this.#units = Uint32Array.from({ length: trieBytes / 4 }, (_, i) => trie.getUint32(4 * i, true));
    this.#replacements = bytes.subarray(4 + trieBytes);
    let start = 0;
    while (start < this.#replacements.length) {
      const end = this.#replacements.indexOf(0, start);
      if (end < 0 || end - start > maxReplacement) throw new RangeError('a replacement is too long');
      start = end + 1;
    }
  }

  /** As Python's `tokenizers`: graphemes of up to five bytes are looked up whole, all others by their characters. */
  normalize(text: string): string {
    let normalized = '';
    for (const { segment } of this.#graphemes.segment(text)) {
      let known = this.#known.get(segment);
      if (known === undefined) {
        known = this.#normalizeGrapheme(segment);
        if (this.#known.size >= maxKnown) this.#known.clear();
        this.#known.set(segment, known);
      }
      normalized += known;
    }
    return normalized;
  }

  #normalizeGrapheme(grapheme: string): string {
    const whole = this.#encoder.encode(grapheme);
    const replacement = whole.length < 6 ? this.#lookUp(whole) : null;
    if (replacement !== null) return replacement;
    return Array.from(
      grapheme,
      (character) => this.#lookUp(this.#encoder.encode(character)) ?? character,
    ).join('');
  }

  /** The replacement of the shortest entry that `key` starts with. */
  #lookUp(key: Uint8Array): string | null {
    const offsetOf = (unit: number): number => (unit >>> 10) << ((unit & 0x200) >>> 6);
    let at = offsetOf(this.#units[0] ?? 0);
    for (const byte of key) {
      at ^= byte;
      const unit = this.#units[at] ?? 0;
      if (byte === 0 || (unit & 0x8000_00ff) !== byte) return null;
      at ^= offsetOf(unit);
      if ((unit & 0x100) !== 0) {
        const start = (this.#units[at] ?? 0) & 0x7fff_ffff;
        return this.#decoder.decode(this.#replacements.subarray(start, this.#replacements.indexOf(0, start)));
      }
    }
    return null;
  }
}
