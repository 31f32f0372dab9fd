import { describe, expect, test } from 'vitest';
import { validateDecodeRequest } from '../../engine/decode-request.ts';
import { newChat } from './chat-form.ts';
import { initialForm, toRequest } from './request-form.ts';
import {
  addMember,
  changeMember,
  removeMember,
  setShare,
  type TeamForm,
  teamOf,
  toCollaborative,
} from './team-form.ts';

const exact = { kind: 'exact' } as const;
const text = { chat: null, prompt: 'Once' };
const pair = teamOf(['story-fairy', 'story-space']);
const shares = (team: TeamForm) => team.members.map(({ share }) => share);

describe('shares of a weighted team', () => {
  test.each<readonly [string, TeamForm, readonly number[]]>([
    ['are equal at first', pair, [0.5, 0.5]],
    ['of two add up to one', setShare(pair, 1, 0.7), [0.3, 0.7]],
    ['may be all of one member', setShare(pair, 1, 1), [0, 1]],
    ['come back to members that had none', setShare(setShare(pair, 1, 1), 1, 0.25), [0.75, 0.25]],
    ['are cut evenly for a new member', addMember(setShare(pair, 1, 0.75), 'c'), [0.166667, 0.5, 1 / 3]],
    ['of three keep their proportions', setShare(addMember(pair, 'c'), 2, 0.2), [0.4, 0.4, 0.2]],
    [
      'of a member that leaves go to the others',
      removeMember(setShare(addMember(pair, 'c'), 0, 0.5), 1),
      [2 / 3, 1 / 3],
    ],
    [
      'of the only member that had any are shared out evenly when it leaves',
      removeMember(setShare(addMember(pair, 'c'), 0, 1), 0),
      [0.5, 0.5],
    ],
  ])('%s', (_title, team, expected) => {
    for (const [member, share] of shares(team).entries()) expect(share).toBeCloseTo(expected[member], 5);
    expect(shares(team)).toHaveLength(expected.length);
  });
});

describe('the team', () => {
  test('may name one model twice, and tells the members apart', () => {
    const twice = teamOf(['story-base', 'story-base']);
    const changed = changeMember(twice, 1, { prompt: 'Long ago', temperature: 0.7, draftLength: 3 });
    expect(toCollaborative(changed, exact, text).members).toEqual([
      { model: 'story-base', draftLength: 1 },
      { model: 'story-base', draftLength: 3, prompt: 'Long ago', sampling: { temperature: 0.7 } },
    ]);
  });

  test('has members with messages of their own in a chat: a system prompt alone goes before what all are asked', () => {
    const four = teamOf(['a', 'a', 'a', 'a']);
    const systems = changeMember(changeMember(four, 1, { system: 'A cat.' }), 2, { prompt: 'Who?' });
    const chat = { ...newChat, system: 'Be brief.', turns: [{ role: 'user', content: 'Hi' } as const] };
    const all = changeMember(systems, 3, { system: 'A dog.', prompt: 'Who?' });
    const said = (...contents: string[]) => contents.map((content) => expect.objectContaining({ content }));
    expect(toCollaborative(all, exact, { chat, prompt: 'Why?' }).members).toEqual([
      { model: 'a', draftLength: 1 },
      { model: 'a', draftLength: 1, messages: said('A cat.', 'Hi', 'Why?') },
      { model: 'a', draftLength: 1, messages: said('Hi', 'Who?') },
      { model: 'a', draftLength: 1, messages: said('A dog.', 'Hi', 'Who?') },
    ]);
  });

  test('gives a new member a key of its own after others have left', () => {
    const team = addMember(removeMember(addMember(pair, 'c'), 0), 'd');
    expect(new Set(team.members.map(({ key }) => key)).size).toBe(3);
  });

  test('keeps its default proposer when others leave, and forgets one that leaves', () => {
    const team = { ...addMember(pair, 'story-base'), starter: 2 };
    expect(toCollaborative(team, exact, text).defaultProposer).toBe(2);
    expect(toCollaborative(removeMember(team, 0), exact, text).defaultProposer).toBe(1);
    expect(toCollaborative(removeMember(team, 2), exact, text)).not.toHaveProperty('defaultProposer');
  });

  test.each<readonly [Partial<TeamForm>, object]>([
    [{ combination: 'weighted' }, { kind: 'weighted', weights: [0.5, 0.5] }],
    [
      { combination: 'contrastive', mu: 0.4 },
      { kind: 'contrastive', mu: 0.4, alpha: 0 },
    ],
    [
      { combination: 'contrastive', masksImplausible: true },
      { kind: 'contrastive', mu: 0.1, alpha: 0.1 },
    ],
    [{ combination: 'geometric' }, { kind: 'geometric', weights: [0.5, 0.5] }],
    [
      { combination: 'custom', moduleUrl: 'combine.js' },
      { kind: 'custom', url: 'combine.js' },
    ],
  ])('combines as chosen: %o', (change, combine) => {
    const team = { ...pair, ...change };
    const request = validateDecodeRequest(toRequest({ ...initialForm(7), team }));
    expect(request.method).toMatchObject({ combine });
  });
});
