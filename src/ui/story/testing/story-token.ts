import type { StoryToken } from '../story.ts';

/** An accepted token, but for what is given. */
export function storyToken(given: Partial<StoryToken>): StoryToken {
  return {
    text: ' word',
    fate: 'accepted',
    by: 0,
    round: 0,
    proposal: 0,
    q: 0.5,
    r: 0.5,
    u: 0.5,
    ...given,
  };
}
