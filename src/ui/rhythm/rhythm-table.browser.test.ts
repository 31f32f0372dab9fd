import { afterEach, expect, test } from 'vitest';
import { type Script, scriptedRounds } from '../../decode/testing/scripted-decode.ts';
import { timedRounds } from '../../round/testing/timed-rounds.ts';
import { RhythmModel } from './rhythm-model.ts';
import { RhythmTable } from './rhythm-table.ts';
import { RhythmTimeline } from './rhythm-timeline.ts';

const cast = ['A', 'B'].map((letter) => ({ letter, name: letter, proposes: true, isTarget: true }));

async function modelOf(script: Omit<Script, 'rounds' | 'draftLengths'>): Promise<RhythmModel> {
  const model = new RhythmModel();
  const rounds = await scriptedRounds({ draftLengths: [2, 1], rounds: 4, ...script });
  for (const round of timedRounds(rounds, { forwardMs: () => 10, verdictMs: 1 })) model.append(round);
  return model;
}

afterEach(() => document.body.replaceChildren());

test.each<readonly [string, Omit<Script, 'rounds' | 'draftLengths'>, readonly string[]]>([
  ['with proposals', { schedule: 'alternate' }, ['Round', 'Verdict at', 'Forwards', 'Proposals', 'Text']],
  ['without any', { schedule: 'sequential' }, ['Round', 'Verdict at', 'Forwards', 'Text']],
])('the table of a run %s has a column for what it shows', async (_, script, columns) => {
  const table = new RhythmTable();
  const { rounds } = await modelOf(script);
  Object.assign(table, { rounds, revision: rounds.length, cast });
  document.body.append(table);
  await table.updateComplete;
  table.shadowRoot?.querySelector('summary')?.click();
  const heads = () =>
    [...(table.shadowRoot?.querySelectorAll('thead th') ?? [])].map((head) => head.textContent);
  await expect.poll(heads).toEqual(columns);
  const cells = [...(table.shadowRoot?.querySelectorAll('tbody tr') ?? [])].map(
    ({ children }) => children.length,
  );
  expect(new Set(cells)).toEqual(new Set([columns.length]));
});

test.each<readonly [string, readonly number[], readonly string[]]>([
  ['was rejected', [1], ['text', 'dropped']],
  ['is accepted', [], ['text']],
])(
  'the timeline names a row for what was dropped only where a proposal was: one that %s',
  async (_, rejected, rows) => {
    const timeline = new RhythmTimeline();
    const model = await modelOf({ schedule: 'alternate', rejected });
    Object.assign(timeline, { model, revision: model.rounds.length, cast });
    document.body.append(timeline);
    await timeline.updateComplete;
    const names = [...(timeline.shadowRoot?.querySelectorAll('.row') ?? [])]
      .map((row) => row.textContent?.trim() ?? '')
      .filter((name) => name.length > 1);
    expect(names).toEqual(rows);
  },
);
