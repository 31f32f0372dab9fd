import type { DecodeRequest } from '../../src/engine/request-types.ts';
import type { ChatMessage } from '../../src/prompt/chat-message.ts';
import type { TeamMethod } from '../collaborative-cases.ts';

/** What a text continues: a prompt, or messages. */
export type Prompt = Pick<DecodeRequest, 'prompt' | 'messages'>;

/** One model twice, with two prompts. */
export interface GuidanceCase {
  readonly use: 'document' | 'instruction' | 'personas';
  readonly model: string;
  /** The prompts of the two members, question by question. */
  readonly prompts: readonly (readonly [Prompt, Prompt])[];
}

/** With the prompt and against it: classifier-free guidance and context-aware decoding at w = 0.5. */
const towardsFirst: TeamMethod['combine'] = { kind: 'geometric', weights: [1.5, -0.5] };
const bothAlike: TeamMethod['combine'] = { kind: 'weighted', weights: [0.5, 0.5] };

export function methodOf(
  { use, model }: GuidanceCase,
  [first, second]: readonly [Prompt, Prompt],
): TeamMethod {
  return {
    kind: 'collaborative',
    members: [
      { model, ...first },
      { model, ...second },
    ],
    combine: use === 'personas' ? bothAlike : towardsFirst,
    // Both cost the same, so a busy machine must not choose.
    defaultProposer: 0,
  };
}

const asked = (content: string, system?: string): Prompt => {
  const question: ChatMessage = { role: 'user', content };
  return { messages: system === undefined ? [question] : [{ role: 'system', content: system }, question] };
};

const document = `The Harbour Museum of Tarnsby opens at noon on Mondays and closes at nine in the evening. A ticket costs
four shells, which are baked in the museum's own kitchen. Its founder, the diver Olla Brandt, gave it the bell of the
ship Ardent, which sank in 1874 with a cargo of umbrellas. Nobody was hurt: the crew came ashore under the umbrellas.`;
const questions = [
  'When does the Harbour Museum of Tarnsby open, and what does a ticket cost?',
  'Who founded the Harbour Museum of Tarnsby, and what did she give it?',
  'What happened to the ship Ardent?',
];
const topics = ['How do I boil an egg?', 'What is the moon made of?', 'Tell me about the sea.'];
const captain =
  'You are an old sea captain. Answer in one short paragraph, and speak of ships in every sentence.';
const poet = 'You are a gentle poet. Answer in one short paragraph, with a picture in every sentence.';

/** For a model that was trained to chat. */
export const chatCases = (model: string): readonly GuidanceCase[] => [
  {
    use: 'document',
    model,
    prompts: questions.map((question) => [asked(`${document}\n\n${question}`), asked(question)]),
  },
  { use: 'instruction', model, prompts: topics.map((topic) => [asked(topic, captain), asked(topic)]) },
  { use: 'personas', model, prompts: topics.map((topic) => [asked(topic, captain), asked(topic, poet)]) },
];

const earlier =
  'Once upon a time, a brave witch named Mia lived in a deep forest. One day Mia got a loaf of warm bread as a gift. ' +
  'On the way she met a hungry crow. The crow looked at the bread and said nothing.';
const openings = [' Mia', ' Later she', ' Then the crow'];
const beginnings = ['Once upon a time', 'One day', 'In the land far away'];
const told = (prompt: string): Prompt => ({ prompt });

/** For the bundled story teller, which knows two kinds of stories by a token before them. */
export const storyCases: readonly GuidanceCase[] = [
  {
    use: 'document',
    model: 'story-base',
    prompts: openings.map((opening) => [told(earlier + opening), told(opening.trim())]),
  },
  {
    use: 'instruction',
    model: 'story-base',
    prompts: beginnings.map((beginning) => [told(`<|fairy|>${beginning}`), told(beginning)]),
  },
  {
    use: 'personas',
    model: 'story-base',
    prompts: beginnings.map((beginning) => [told(`<|fairy|>${beginning}`), told(`<|space|>${beginning}`)]),
  },
];
