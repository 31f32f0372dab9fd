import { refuse } from '../engine/decode-request.ts';

/** What the element can show of a run. */
export const viewNames = ['story', 'rhythm', 'numbers'] as const;

export type ViewName = (typeof viewNames)[number];

const defaultViews: readonly ViewName[] = ['story', 'numbers'];

/**
 * The views that an attribute names, apart by blanks or commas.
 * @throws EngineError `invalid-request`
 */
export function viewsOf(text: string | null): ReadonlySet<ViewName> {
  if (text === null || text === undefined) return new Set(defaultViews);
  const names = text.split(/[\s,]+/).filter((name) => name !== '');
  for (const name of names) {
    if (!isView(name)) refuse('views', `"${name}" is not one of ${viewNames.join(', ')}`);
  }
  return new Set(names.filter(isView));
}

function isView(name: string): name is ViewName {
  return (viewNames as readonly string[]).includes(name);
}
