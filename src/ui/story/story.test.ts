import { describe, expect, test } from 'vitest';
import { memberProposer } from '../../round/proposer.ts';
import type { Proposal, Round } from '../../round/round.ts';
import { tokenId } from '../../tokens/token-id.ts';
import type { Fate } from '../../verify/acceptance.ts';
import {
  addRound,
  emptyStory,
  endStory,
  interruptionsOf,
  isInText,
  liveNumbers,
  paragraphsOf,
  type Story,
  shownText,
} from './story.ts';

type Piece = readonly [text: string, fate: Fate];

function proposal([text, fate]: Piece): Proposal {
  const isProposed = fate === 'accepted' || fate === 'rejected' || fate === 'discarded';
  const hasVerdict = fate === 'accepted' || fate === 'rejected';
  return {
    text,
    fate,
    tokenId: tokenId(7),
    deviation: null,
    proposer: isProposed ? memberProposer(1) : null,
    q: isProposed ? 0.5 : null,
    r: fate === 'discarded' ? null : 0.25,
    u: hasVerdict ? 0.125 : null,
  } as Proposal;
}

/** @param committed how many of the pieces the round commits; default: all that are part of the text */
function round(index: number, atMs: number, pieces: readonly Piece[], committed?: number): Round {
  const inText = pieces.filter(([, fate]) => fate !== 'rejected' && fate !== 'discarded');
  return {
    index,
    atMs,
    forwards: [],
    proposals: pieces.map(proposal),
    committed: Array.from({ length: committed ?? inText.length }, () => tokenId(7)),
    text: '',
    kvLengths: [],
    draftLengths: [],
    msByPhase: { forward: 0, readback: 0, sample: 0, text: 0 },
    readbacks: 0,
  };
}

function storyOf(rounds: readonly Round[]): Story {
  return rounds.reduce(addRound, emptyStory);
}

const foxRounds = [
  round(0, 100, [[' there', 'drawn']]),
  round(1, 150, [
    [' was', 'accepted'],
    [' the', 'rejected'],
    [' a', 'recovered'],
    [' dog', 'discarded'],
  ]),
  round(2, 200, [
    [' little', 'accepted'],
    [' fox', 'accepted'],
    ['.', 'drawn'],
  ]),
];

describe('a story', () => {
  test('shows every token round by round, dropped ones before the token that took their place', () => {
    const shown = storyOf(foxRounds).tokensByRound.map((tokens) => tokens.map(({ text }) => text));
    expect(shown).toEqual([[' there'], [' was', ' the', ' dog', ' a'], [' little', ' fox', '.']]);
  });

  test('keeps proposer, round and the three numbers of the verdict', () => {
    expect(storyOf(foxRounds).tokensByRound[1][0]).toEqual({
      text: ' was',
      fate: 'accepted',
      by: 1,
      round: 1,
      proposal: 0,
      q: 0.5,
      r: 0.25,
      u: 0.125,
    });
  });

  test('reads without the rejected and discarded tokens', () => {
    expect(shownText(storyOf(foxRounds))).toBe(' there was a little fox.');
  });

  test('leaves out tokens behind the last committed one, such as an end token', () => {
    const last = round(
      0,
      1,
      [
        [' end.', 'accepted'],
        ['<|endoftext|>', 'accepted'],
        [' More', 'discarded'],
      ],
      1,
    );
    expect(storyOf([last]).tokensByRound[0].map(({ text }) => text)).toEqual([' end.', ' More']);
  });

  test('shows nothing for a token that completes no character yet, and counts it', () => {
    const story = storyOf([
      round(0, 1, [
        ['', 'drawn'],
        ['é', 'drawn'],
      ]),
    ]);
    expect(story.tokensByRound[0].map(({ text }) => text)).toEqual(['é']);
    expect(liveNumbers(story).tokens).toBe(2);
  });

  test('keeps the lists of earlier rounds when a round is added, so that they are not drawn again', () => {
    const before = storyOf(foxRounds.slice(0, 2));
    const after = addRound(before, foxRounds[2]);
    expect(after.tokensByRound[0]).toBe(before.tokensByRound[0]);
    expect(after.tokensByRound[1]).toBe(before.tokensByRound[1]);
    expect(before.tokensByRound).toHaveLength(2);
  });
});

describe('the paragraphs of a story', () => {
  const textsOf = (rounds: readonly Round[]) =>
    paragraphsOf(storyOf(rounds)).map(({ tokensByRound }) => tokensByRound.flat().map(({ text }) => text));

  test('end where a round ends with a line', () => {
    const rounds = [
      round(0, 1, [[' end.', 'drawn']]),
      round(1, 2, [['\n\n', 'accepted']]),
      round(2, 3, [['Next', 'accepted']]),
    ];
    expect(textsOf(rounds)).toEqual([[' end.', '\n\n'], ['Next']]);
    expect(paragraphsOf(storyOf(rounds)).map(({ firstRound }) => firstRound)).toEqual([0, 2]);
    expect(textsOf(rounds.slice(0, 2))).toEqual([[' end.', '\n\n'], []]);
  });

  test.each([
    [
      'a line ends in the middle of a round',
      [
        ['\n', 'accepted'],
        ['Next', 'accepted'],
      ],
    ],
    [
      'the line that ends was dropped',
      [
        [' a', 'recovered'],
        ['\n', 'discarded'],
      ],
    ],
    [
      'a dropped token stands behind it',
      [
        ['\n', 'accepted'],
        [' Sam', 'discarded'],
      ],
    ],
  ] as const)('go on where %s', (_name, pieces) => {
    expect(textsOf([round(0, 1, pieces), round(1, 2, [[' more', 'accepted']])])).toHaveLength(1);
  });

  test('are one before the first round', () => {
    expect(textsOf([])).toEqual([[]]);
  });
});

describe('the end of a story', () => {
  const cuts: readonly (readonly [name: string, text: string])[] = [
    ['between two tokens', ' there was a'],
    ['inside a token', ' there was a lit'],
    ['inside a recovered token', ' there was '],
    ['before everything', ''],
  ];
  test.each(cuts)('cuts the shown text %s', (_name, text) => {
    const ended = endStory(storyOf(foxRounds), text);
    expect(shownText(ended)).toBe(text);
    expect(ended.rounds).toHaveLength(3);
  });

  test('drops rejected tokens behind the cut and keeps those before it', () => {
    const droppedTexts = (text: string) =>
      endStory(storyOf(foxRounds), text)
        .tokensByRound.flat()
        .filter((token) => !isInText(token))
        .map((token) => token.text);
    expect(droppedTexts(' there')).toEqual([]);
    expect(droppedTexts(' there was a l')).toEqual([' the', ' dog']);
  });

  test.each([
    ['is the whole text', ' there was a little fox.'],
    ['is longer', ' there was a little fox. And'],
    ['differs', ' There was'],
  ])('changes nothing where the result %s', (_name, text) => {
    const story = storyOf(foxRounds);
    expect(endStory(story, text)).toBe(story);
  });
});

describe('live numbers', () => {
  test('are unknown before the first round', () => {
    expect(liveNumbers(emptyStory)).toMatchObject({
      tokens: 0,
      tokensPerSecond: null,
      acceptanceRate: null,
      tokensPerRound: null,
    });
  });

  test('leave the first token and discarded proposals out of their rates', () => {
    // 5 tokens after the first in 100 ms and two rounds; 3 of 4 verdicts accept.
    expect(liveNumbers(storyOf(foxRounds))).toMatchObject({
      tokens: 6,
      tokensPerSecond: 50,
      acceptanceRate: 0.75,
      tokensPerRound: 2.5,
    });
  });
});

test('says after how many tokens the device was lost', () => {
  const round = (resumed: boolean): Round =>
    ({ committed: [tokenId(1), tokenId(2)], proposals: [], ...(resumed && { resumed }) }) as unknown as Round;
  const story = [false, true, false, true].map(round).reduce(addRound, emptyStory);
  expect(interruptionsOf(story)).toEqual([2, 6]);
});
