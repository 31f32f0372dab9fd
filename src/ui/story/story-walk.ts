import { isInText, type Story, type StoryToken } from './story.ts';

/** Keys that move through a story: tokens by arrows, rounds by the page keys, and its ends. */
const steps = {
  ArrowRight: 'next',
  ArrowLeft: 'previous',
  PageDown: 'next-round',
  PageUp: 'previous-round',
  Home: 'first',
  End: 'last',
} as const;

export type Step = (typeof steps)[keyof typeof steps];

/** The step that a key asks for: with Ctrl, an arrow steps over the whole round. Null for any other key. */
export function stepOf({
  key,
  ctrlKey,
  metaKey,
}: Pick<KeyboardEvent, 'key' | 'ctrlKey' | 'metaKey'>): Step | null {
  if (!Object.hasOwn(steps, key)) return null;
  const step = steps[key as keyof typeof steps];
  if (!(ctrlKey || metaKey)) return step;
  if (step === 'next') return 'next-round';
  return step === 'previous' ? 'previous-round' : step;
}

/**
 * Where a step leads from a token; null where there is nothing further that way. A round is entered at its first token.
 * @param skipsDropped rejected and discarded tokens are folded away
 */
export function walk(story: Story, from: StoryToken, step: Step, skipsDropped: boolean): StoryToken | null {
  const { tokensByRound } = story;
  const isReachable = (token: StoryToken): boolean => !skipsDropped || isInText(token);
  const reachable = (round: number): readonly StoryToken[] => tokensByRound[round].filter(isReachable);
  const search = (round: number, way: 1 | -1): readonly StoryToken[] => {
    for (let at = round; at >= 0 && at < tokensByRound.length; at += way) {
      const tokens = reachable(at);
      if (tokens.length > 0) return tokens;
    }
    return [];
  };
  const { round } = from;
  const here = reachable(round);
  const place = here.findIndex(({ proposal }) => proposal === from.proposal);
  switch (step) {
    case 'next':
      return here[place + 1] ?? search(round + 1, 1)[0] ?? null;
    case 'previous':
      return (place > 0 ? here[place - 1] : search(round - 1, -1).at(-1)) ?? null;
    case 'next-round':
      return search(round + 1, 1)[0] ?? null;
    case 'previous-round':
      // Inside a round its own beginning comes first, as with paragraphs in an editor.
      return (place > 0 ? here[0] : search(round - 1, -1)[0]) ?? null;
    case 'first':
      return search(0, 1)[0] ?? null;
    case 'last':
      return search(tokensByRound.length - 1, -1).at(-1) ?? null;
  }
}
