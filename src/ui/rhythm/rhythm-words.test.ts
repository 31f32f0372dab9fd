import { describe, expect, test } from 'vitest';
import { type Script, scriptedRounds } from '../../decode/testing/scripted-decode.ts';
import { timedRounds } from '../../round/testing/timed-rounds.ts';
import { RhythmModel } from './rhythm-model.ts';
import { millisecondsText, roundMs, roundWords, secondsText } from './rhythm-words.ts';

const cast = ['A', 'B', 'C'].map((letter) => ({ letter }));

async function modelOf(script: Script): Promise<RhythmModel> {
  const model = new RhythmModel();
  let proposal = 0;
  const timed = timedRounds(await scriptedRounds(script), {
    forwardMs: () => 10,
    verdictMs: 1,
    textOf: () => ` x${proposal++}`,
  });
  for (const round of timed) model.append(round);
  return model;
}

const wordsOf = (model: RhythmModel, index: number): string => {
  const round = model.roundAt(index);
  return round ? roundWords(round, cast) : '';
};

describe('a round in words', () => {
  test('tells who did what, the fates and the yield', async () => {
    const model = await modelOf({ schedule: 'alternate', draftLengths: [3, 2, 1], rejected: [5], rounds: 2 });
    expect(wordsOf(model, 0)).toBe(
      'A reads 2 tokens of the prompt (10 ms). B reads 2 tokens of the prompt (10 ms). ' +
        'C reads 2 tokens of the prompt (10 ms). Drawn without a proposal: “x0”.',
    );
    expect(wordsOf(model, 1)).toBe(
      'A drafts 3 tokens (30 ms). B scores 4 tokens (10 ms). B drafts 1 token (10 ms). ' +
        'C scores 6 tokens (10 ms). Accepted: “x1” of A, “x2” of A, “x3” of A. 6 forwards, 3 tokens.',
    );
    expect(wordsOf(model, 2)).toBe(
      'A scores 4 tokens (10 ms). Accepted: “x4” of B. Rejected: “x5” of B; “x6” takes its place. ' +
        'Discarded unseen: 2 proposals. 1 forward, 2 tokens.',
    );
  });

  test('names a member by its number where it has no letter', async () => {
    const model = await modelOf({ schedule: 'sequential', draftLengths: [1, 1], rounds: 1 });
    const round = model.roundAt(1);
    expect(round && roundWords(round, [])).toMatch(/^1 scores 1 token .* 2 scores 1 token/);
  });
});

test('a round behind the loss of the device says so, and nothing hangs from before', async () => {
  const rounds = timedRounds(
    await scriptedRounds({ schedule: 'alternate', draftLengths: [3, 2, 1], rejected: [], rounds: 3 }),
    { forwardMs: () => 10, verdictMs: 1, textOf: () => 'x' },
  );
  const model = new RhythmModel();
  for (const round of rounds.slice(0, 3)) model.append(round);
  expect(model.hanging.length).toBeGreaterThan(0);
  model.append({ ...rounds[3], forwards: [], proposals: [], resumed: true });
  expect(model.hanging).toEqual([]);
  expect(wordsOf(model, 3)).toMatch(/^The GPU device was lost: the models read prompt and text again\./);
});

describe('times', () => {
  test.each([
    [12_345, 800, '12.3 s'],
    [12_345, 100, '12.3 s'],
    [12_345, 40, '12.35 s'],
    [12_345, 4, '12.345 s'],
    [0, 0, '0.000 s'],
  ])('%d ms, to tell apart what lies %d ms apart: %s', (ms, differMs, text) => {
    expect(secondsText(ms, differMs)).toBe(text);
  });

  test.each([
    [0.44, '0.4 ms'],
    [9.94, '9.9 ms'],
    [9.96, '10 ms'],
    [412.3, '412 ms'],
  ])('a duration of %d ms: %s', (ms, text) => {
    expect(millisecondsText(ms)).toBe(text);
  });

  test('rounds are as far apart as their verdicts, prefill left out', () => {
    expect(roundMs([{ atMs: 1000 }, { atMs: 1040 }, { atMs: 1080 }])).toBe(40);
    expect(roundMs([{ atMs: 1000 }])).toBe(1000);
    expect(roundMs([])).toBe(0);
  });
});
