/**
 * Moves what was dropped to the left where, above a word near the end of its line, it would reach beyond the text's edge
 * and be cut off. Everything is read before anything is written, so that it costs one layout.
 * @param above what stands above words, each in a box of its own that is placed `relative`
 */
export function keepWithin(page: Element, above: readonly HTMLElement[]): void {
  const { left, right } = page.getBoundingClientRect();
  const contents = document.createRange();
  const shifts = above.map((element) => {
    contents.selectNodeContents(element);
    const box = contents.getBoundingClientRect();
    const shifted = Number.parseFloat(element.style.left) || 0;
    const beyond = Math.max(0, box.right - shifted - right);
    return -Math.min(beyond, Math.max(0, box.left - shifted - left));
  });
  for (const [index, element] of above.entries()) {
    const wanted = shifts[index] === 0 ? '' : `${shifts[index]}px`;
    if (element.style.left !== wanted) element.style.left = wanted;
  }
}
