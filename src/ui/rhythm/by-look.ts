/** Items in groups of one look each, so that each look is painted in one go; in the order in which looks come up. */
export function byLook<Item>(items: readonly Item[], lookOf: (item: Item) => string): readonly Item[][] {
  const looks = new Map<string, Item[]>();
  for (const item of items) {
    const look = lookOf(item);
    const alike = looks.get(look);
    if (alike) alike.push(item);
    else looks.set(look, [item]);
  }
  return [...looks.values()];
}
