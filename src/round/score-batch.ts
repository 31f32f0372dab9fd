import type { PassBatching } from '../models/causal-model.ts';
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
export function scoreBatch(members: readonly Member[], kind: ForwardKind): Promise<void> {
  return members.length === 1 ? members[0].score(kind) : scoreSeveral(members, kind);
}

async function scoreSeveral(members: readonly Member[], kind: ForwardKind): Promise<void> {
  const due: Due[] = [];
  for (const member of members) {
    const score = await member.catchUp();
    if (score) due.push({ ...score, member });
  }
  while (due.length > 0) {
    const [one] = due.splice(0, 1);
    const partner = due.findIndex((other) => goTogether(one, other));
    const { batching } = one.member.sequence;
    if (partner < 0 || !batching) await one.member.run(one, kind);
    else await runTogether([one, ...due.splice(partner, 1)], batching, kind);
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

async function runTogether(pass: readonly Due[], batching: PassBatching, kind: ForwardKind): Promise<void> {
  const [{ member, run, wanted }] = pass;
  const passes = pass.map((due) => ({ sequence: due.member.sequence, run: due.run }));
  const indices = pass.map((due) => due.member.index);
  const logits = await member.recorder.forwardTogether(indices, kind, run.length, () =>
    batching.forward(passes, wanted),
  );
  for (const [index, due] of pass.entries()) await due.member.hold(due, logits[index]);
}
