import type { LogitsHandle } from '../models/causal-model.ts';
import type { Member, PendingForward } from './member.ts';
import type { ForwardKind } from './round.ts';

interface Due extends PendingForward {
  readonly member: Member;
}

/**
 * Has each member complete its D_i up to the position behind pending, in one forward. No forward waits for what another
 * answers, so two members on one model that are fed equally many tokens go in one pass where the model says that this
 * pays. Rows are the same but for rounding, and so is the number of forwards.
 */
export async function scoreBatch(members: readonly Member[], kind: ForwardKind): Promise<void> {
  const due: Due[] = [];
  for (const member of members) {
    const score = await member.catchUp();
    if (score) due.push({ ...score, member });
  }
  while (due.length > 0) {
    const [one] = due.splice(0, 1);
    const partner = due.findIndex((other) => goTogether(one, other));
    const pass = partner < 0 ? [one] : [one, ...due.splice(partner, 1)];
    await runPass(pass, kind);
  }
}

function goTogether(one: Due, other: Due): boolean {
  const sequences = [one.member.sequence, other.member.sequence] as const;
  const { batching } = one.member.sequence;
  return (
    !!batching &&
    batching === other.member.sequence.batching &&
    one.run.length === other.run.length &&
    one.wanted === other.wanted &&
    batching.pays(sequences, one.run.length)
  );
}

async function runPass(pass: readonly Due[], kind: ForwardKind): Promise<void> {
  const [{ member, run }] = pass;
  const indices = pass.map((due) => due.member.index);
  const logits = await member.recorder.forwardTogether(indices, kind, run.length, () => rowsOf(pass));
  for (const [index, due] of pass.entries()) await due.member.hold(due, logits[index]);
}

async function rowsOf(pass: readonly Due[]): Promise<readonly LogitsHandle[]> {
  const passes = pass.map(({ member, run }) => ({ sequence: member.sequence, run }));
  const [{ sequence, run }] = passes;
  const [{ wanted }] = pass;
  if (passes.length === 1 || !sequence.batching) return [await sequence.forward(run, wanted)];
  return sequence.batching.forward(passes, wanted);
}
