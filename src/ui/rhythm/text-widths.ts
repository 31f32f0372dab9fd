/** Words come again and again; measuring them takes longer than painting them. */
const maxKept = 4000;

/** Widths of texts in CSS pixels, each measured once. */
export class TextWidths {
  readonly #context = document.createElement('canvas').getContext('2d');
  readonly #widths = new Map<string, number>();

  of(text: string, font: string): number {
    const key = `${font}\n${text}`;
    const known = this.#widths.get(key);
    if (known !== undefined) return known;
    if (this.#widths.size >= maxKept) this.#widths.clear();
    const width = this.#measure(text, font);
    this.#widths.set(key, width);
    return width;
  }

  #measure(text: string, font: string): number {
    if (!this.#context) return Number.POSITIVE_INFINITY;
    this.#context.font = font;
    return this.#context.measureText(text).width;
  }
}
