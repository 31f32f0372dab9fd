import type { Combine } from '../../combine/combine.ts';
import type { SerialQueue } from '../../concurrency/serial-queue.ts';
import type { LogitsHandle, TokenRun } from '../../models/causal-model.ts';
import { PhiloxSource, purposeCodes } from '../../random/philox-source.ts';
import { isPenalising } from '../../sample/logit-adjustment.ts';
import { untruncated } from '../../sample/sampling-parameters.ts';
import type { TokenId } from '../../tokens/token-id.ts';
import { pickMember } from '../pick-member.ts';
import { isSameProposer, memberProposer } from '../proposer.ts';
import type { RoundRecorder } from '../round-recorder.ts';
import type { DrawnLaw, ExtraPosition, RoundSampler, SamplingPlan, Verdict } from '../round-sampler.ts';
import { CommandStream, narrow, wide } from './command-stream.ts';
import { distributionDispatches, peakDispatches } from './distribution-dispatches.ts';
import type { Draw, Job, VerdictSection } from './plan-section.ts';
import type { SamplerKernels } from './sampler-kernels.ts';
import { criterionCode, drawLaw, layout } from './sampler-layout.ts';
import { type PendingOnDevice, settleRecord } from './settle-record.ts';
import { type DrawSource, type LawAt, planTargets, type TargetLaws } from './target-laws.ts';
import { listsBytes, readLists, recordLists } from './target-lists.ts';
import { readRecord } from './verdict-record.ts';

/** Its token is null while it is known to the device only. */
interface Pending extends PendingOnDevice {
  tokenId: TokenId | null;
}

/** Bytes of a token in the text: int64. */
const tokenBytes = 8;
const floatBytes = Float32Array.BYTES_PER_ELEMENT;

/**
 * The sampler on the GPU: rows, distributions and text stay there, and a verdict is the only read-back, one record of
 * a few hundred bytes. Draws the same random numbers as CpuSampler and follows the same rules in f32, so tokens differ
 * from its tokens only at near-ties; the tests state how near.
 *
 * A row that is no distribution is reported by the verdict that reads its record.
 */
export class GpuSampler implements RoundSampler {
  /** A read-back waits for everything submitted before it; behind eight passes that wait hardly counts any more. */
  readonly maxUnreadDraws = 8;
  #plan: SamplingPlan;
  readonly #random: PhiloxSource;
  readonly #recorder: RoundRecorder;
  readonly #kernels: SamplerKernels;
  readonly #queue: Pick<SerialQueue, 'run'>;
  readonly #stream: CommandStream;
  readonly #greedy: boolean;
  /** Tokens of r to list at each position: at temperature 0 one at least, whose probability is told. */
  readonly #listed: number;
  readonly #committed: TokenId[] = [];
  readonly #pending: Pending[] = [];
  /** D_i: slots of the raw logits rows of each member at the first positions after the committed text. */
  readonly #held: number[][];

  /** @param parts.queue guards the device: the read-back takes its turn there */
  constructor(parts: {
    readonly plan: SamplingPlan;
    readonly seed: number;
    readonly recorder: RoundRecorder;
    readonly kernels: SamplerKernels;
    readonly queue: Pick<SerialQueue, 'run'>;
  }) {
    const { plan, seed } = parts;
    this.#plan = plan;
    this.#random = new PhiloxSource(seed);
    this.#recorder = parts.recorder;
    this.#kernels = parts.kernels;
    this.#queue = parts.queue;
    this.#greedy = plan.sampling.temperature === 0;
    this.#listed = Math.min(plan.vocabSize, Math.max(plan.logprobs ?? 0, this.#tellsArgmax ? 1 : 0));
    this.#held = plan.members.map(() => []);
    const { keyLow, keyHigh } = this.#random;
    this.#stream = new CommandStream(
      parts.kernels,
      { vocabSize: plan.vocabSize, keyLow, keyHigh },
      'GpuSampler',
    );
  }

  get committedTokenIds(): readonly TokenId[] {
    return this.#committed;
  }

  get pendingLength(): number {
    return this.#pending.length;
  }

  heldRows(member: number): number {
    return this.#held[member].length;
  }

  textFrom(from: number): TokenRun {
    const ids: TokenId[] = this.#committed.slice(from);
    for (const pending of this.#pending.slice(Math.max(0, from - this.#committed.length))) {
      if (pending.tokenId === null) return this.#deviceRun(from);
      ids.push(pending.tokenId);
    }
    return { kind: 'host', length: ids.length, ids };
  }

  async hold(member: number, logits: LogitsHandle, count: number): Promise<void> {
    this.#recorder.measure('sample', () => {
      const { memory } = this.#stream;
      let isRecorded = false;
      try {
        // Before the first copy: making room submits, and what is submitted lets go of its logits.
        const slots = Array.from({ length: count }, () => memory.takeSlot());
        const firstTextIndex = this.#committed.length + this.#held[member].length;
        this.#held[member].push(...slots);
        for (const [index, slot] of slots.entries()) {
          const first = (logits.rows - count + index) * logits.width;
          if (logits.kind === 'host') {
            const data = new Float32Array(logits.data.subarray(first, first + this.#plan.vocabSize));
            this.#stream.write(memory.rows, slot * memory.rowBytes, data);
          } else {
            const from = first * floatBytes;
            this.#stream.copy(logits.buffer, from, memory.rows, slot * memory.rowBytes, memory.rowBytes);
          }
        }
        this.#stream.whenSubmitted(() => logits.dispose());
        isRecorded = true;
        this.#adjust(member, slots, firstTextIndex);
      } finally {
        if (!isRecorded) logits.dispose();
      }
    });
  }

  async propose(member: number): Promise<void> {
    this.#recorder.measure('sample', () => {
      const offset = this.#pending.length;
      const logitsSlot = this.#held[member][offset];
      // At temperature 0 the slot's facts are all that is written: they tell whether the row is broken.
      const weightsSlot = this.#stream.memory.takeSlot();
      const sampling = this.#greedy ? untruncated : this.#plan.members[member].sampling;
      const jobs: Job[] = [{ logitsSlot, weightsSlot, sampling }];
      const textIndex = this.#committed.length + offset;
      const draw: Draw = {
        ...(this.#greedy
          ? { law: drawLaw.largestLogit, slot: logitsSlot }
          : { law: drawLaw.weights, slot: weightsSlot }),
        position: this.#position(offset),
        purposeCode: purposeCodes[this.#plan.acceptance.proposalPurpose],
        textIndex,
      };
      const proposer = memberProposer(member);
      this.#pending.push({ proposer, tokenId: null, slot: weightsSlot, isFromTarget: false });
      this.#stream.run(
        { position: draw.position, textIndex, jobs, draws: [draw] },
        [
          ...(this.#greedy ? peakDispatches(jobs) : distributionDispatches(jobs, 0, this.#plan.vocabSize)),
          wide('race', 1),
          narrow('finishRace', 1),
        ],
        { textTokens: textIndex + 1 },
      );
    });
  }

  proposeTokens(tokenIds: readonly TokenId[]): void {
    if (tokenIds.length === 0) return;
    this.#writeText(tokenIds);
    for (const tokenId of tokenIds) {
      this.#pending.push({ proposer: { kind: 'lookup' }, tokenId, slot: null, isFromTarget: false });
    }
  }

  async draw(law: DrawnLaw): Promise<void> {
    this.#recorder.measure('sample', () => {
      const { memory } = this.#stream;
      const offset = this.#pending.length;
      const scratch: number[] = [];
      const { sources, targetSlots, dispatches, ...section } = this.#planLaws([{ offset, law }], scratch);
      const [slot] = targetSlots;
      const textIndex = this.#committed.length + offset;
      const position = this.#position(offset);
      const draw: Draw = { ...sources[0], position, purposeCode: purposeCodes.token, textIndex };
      this.#pending.push({ proposer: null, tokenId: null, slot, isFromTarget: law === 'target' });
      this.#stream.run(
        { position, textIndex, ...section, draws: [draw] },
        [...dispatches, wide('race', 1), narrow('finishRace', 1)],
        { textTokens: textIndex + 1 },
      );
      for (const used of scratch) if (used !== slot) memory.freeSlot(used);
    });
  }

  async verify(heads: number, extra: ExtraPosition): Promise<Verdict> {
    const pendings = this.#pending.length;
    const positions = extra === 'leave' ? heads : heads + 1;
    const recordBytes = this.#stream.memory.recordBytes(pendings);
    const allBytes = recordBytes + listsBytes(positions, this.#listed);
    this.#recorder.measure('sample', () => this.#recordVerdict(heads, extra));
    const bytes = await this.#recorder.measureAsync('readback', () =>
      this.#queue.run(() => this.#readBack(allBytes)),
    );
    const record = readRecord(bytes, pendings, heads, this.#plan.vocabSize);
    for (const [index, { tokenId }] of record.judged.entries()) this.#pending[index].tokenId = tokenId;
    const verdict = settleRecord(record, this.#pending, heads, this.#plan.acceptance);
    const { committed, rejected, ended } = verdict;
    this.#commit(committed, rejected || ended ? Number.POSITIVE_INFINITY : committed.length);
    const { logprobs } = this.#plan;
    if (logprobs === undefined) return verdict;
    const lists = readLists(bytes.slice(recordBytes), verdict.fates, {
      listed: this.#listed,
      asked: logprobs,
      isGreedy: this.#greedy,
    });
    return { ...verdict, lists };
  }

  pickMember(): number {
    return pickMember(this.#plan, this.#position(this.#pending.length), this.#random);
  }

  /** The numbers travel with each verdict's plan. */
  useCombine(combine: Combine): void {
    this.#plan = { ...this.#plan, combine };
  }

  continueFrom(tokenIds: readonly TokenId[]): void {
    if (tokenIds.length > 0) this.#writeText(tokenIds);
    this.#committed.push(...tokenIds);
  }

  release(member: number, count: number): void {
    this.#freeAll(this.#held[member].splice(count));
  }

  dispose(): void {
    this.#stream.dispose();
    this.#pending.length = 0;
    for (const slots of this.#held) slots.length = 0;
  }

  /** @param firstTextIndex of the token that the first row is the distribution of */
  #adjust(member: number, slots: readonly number[], firstTextIndex: number): void {
    const { adjustment } = this.#plan.members[member];
    if (!adjustment) return;
    const isTextNeeded = isPenalising(adjustment);
    const rows = slots.map((slot, index) => ({ slot, textEnd: isTextNeeded ? firstTextIndex + index : 0 }));
    this.#stream.run({ position: 0, textIndex: 0, adjusted: { adjustment, rows } }, [
      wide('adjust', rows.length),
    ]);
  }

  /** Writes tokens behind what is committed and pending. */
  #writeText(tokenIds: readonly TokenId[]): void {
    const { memory } = this.#stream;
    const textIndex = this.#committed.length + this.#pending.length;
    memory.reserve({ textTokens: textIndex + tokenIds.length });
    this.#stream.write(
      memory.text,
      textIndex * tokenBytes,
      new Uint32Array(tokenIds.flatMap((id) => [id, 0])),
    );
  }

  /** The end of the text on the device, where the tensor of a forward begins. */
  #deviceRun(from: number): TokenRun {
    const { memory } = this.#stream;
    const length = this.#committed.length + this.#pending.length - from;
    memory.reserve({ fedTokens: length });
    this.#stream.copy(memory.text, from * tokenBytes, memory.feed, 0, length * tokenBytes);
    this.#stream.flush();
    return { kind: 'device', length, buffer: memory.feed, offset: 0 };
  }

  /** Records a whole verdict: r at every position, the decisions, and the one token behind them. */
  #recordVerdict(heads: number, extra: ExtraPosition): void {
    const { acceptance, endTokenIds } = this.#plan;
    const { rule } = acceptance;
    const { memory } = this.#stream;
    const pendings = this.#pending.length;
    if (pendings > layout.maxPending) {
      throw new RangeError(`${pendings} proposals are pending, the GPU judges ${layout.maxPending} at most`);
    }
    const scratch: number[] = [];
    const proposed = [...this.#pending.keys()].filter(
      (offset) => offset < heads && this.#pending[offset].proposer !== null,
    );
    const offsets = extra === 'leave' ? proposed : [...proposed, heads];
    const wanted = offsets.map((offset): LawAt => ({ offset, law: 'target' }));
    const targets = this.#planLaws(wanted, scratch);
    /** Heads that nobody proposed have no law to be judged by. */
    const atHeads = <T>(known: readonly T[], otherwise: T): T[] => {
      const all = Array.from({ length: extra === 'leave' ? heads : heads + 1 }, () => otherwise);
      for (const [index, offset] of offsets.entries()) all[offset] = known[index];
      return all;
    };
    const verdict: VerdictSection = {
      heads,
      drawsExtra: extra !== 'leave',
      isGreedy: this.#greedy,
      criterion: criterionCode[rule.kind],
      leniency: rule.kind === 'ratio' ? rule.leniency : 1,
      epsilon: rule.kind === 'typical' ? rule.epsilon : 0,
      delta: rule.kind === 'typical' ? rule.delta : 0,
      proposalSlots: this.#pending.map(({ slot }) => slot),
      targetSlots: atHeads<number | null>(targets.targetSlots, null),
      endTokenIds: [...endTokenIds],
    };
    const textIndex = this.#committed.length;
    // Where a token of r is committed whatever was proposed, all of them are drawn before the verdict.
    const drawsAhead = this.#greedy || rule.kind === 'coupled';
    const draws = drawsAhead
      ? this.#drawsAhead(atHeads(targets.sources, { law: drawLaw.nothing, slot: 0 }))
      : [this.#drawBehind()];
    const races = wanted.length > 0 ? draws.length : 0;
    const race = [wide('race', races), narrow('finishRace', races)];
    const deviations = acceptance.deviation && !this.#greedy ? deviationKernels[rule.kind] : [];
    this.#stream.run(
      {
        position: this.#position(0),
        textIndex,
        jobs: targets.jobs,
        mixes: targets.mixes,
        weights: targets.weights,
        draws,
        verdict,
      },
      [
        ...targets.dispatches,
        ...deviations.map((kernel) => narrow(kernel, heads)),
        ...(drawsAhead ? race : []),
        narrow('judge', 1),
        ...(drawsAhead ? [] : race),
        narrow('commit', 1),
      ],
      {
        pendings,
        textTokens: textIndex + Math.max(pendings, heads + 1),
        listsBytes: listsBytes(verdict.targetSlots.length, this.#listed),
      },
    );
    const recordBytes = memory.recordBytes(pendings);
    if (this.#listed > 0) {
      const laws = verdict.targetSlots.map((slot, offset) => slot ?? this.#pending[offset].slot!);
      recordLists(this.#stream, laws, this.#listed, recordBytes, () => {
        const slot = memory.takeSlot();
        scratch.push(slot);
        return slot;
      });
    }
    this.#stream.copy(memory.record, 0, memory.staging, 0, recordBytes);
    this.#freeAll(scratch);
  }

  #planLaws(wanted: readonly LawAt[], scratch: number[]): TargetLaws {
    return planTargets(
      this.#plan,
      this.#stream,
      wanted,
      {
        rowSlot: (member, offset) => this.#held[member][offset],
        ownSlot: (member, offset) => {
          const pending = this.#pending[offset];
          return pending && isSameProposer(pending.proposer, memberProposer(member)) ? pending.slot : null;
        },
      },
      () => {
        const slot = this.#stream.memory.takeSlot();
        scratch.push(slot);
        return slot;
      },
    );
  }

  /** @param sources by offset behind the committed text */
  #drawsAhead(sources: readonly DrawSource[]): Draw[] {
    return sources.map((source, offset) => ({
      ...source,
      position: this.#position(offset),
      purposeCode: purposeCodes.token,
      textIndex: null,
    }));
  }

  /** Its law, position and purpose depend on the verdict. */
  #drawBehind(): Draw {
    return { law: drawLaw.verdict, slot: 0, position: 0, purposeCode: 0, textIndex: null };
  }

  /** At temperature 0 r is a one-hot: what is told of the committed token is its probability before that. */
  get #tellsArgmax(): boolean {
    return this.#greedy && this.#plan.logprobs !== undefined;
  }

  /** Submits, and maps the record: the round's one read-back. Throws `device-lost`, `out-of-memory`. */
  async #readBack(bytes: number): Promise<ArrayBuffer> {
    const { device } = this.#kernels;
    const { staging } = this.#stream.memory;
    this.#stream.flush();
    try {
      device.throwIfUnusable();
      await staging.mapAsync(GPUMapMode.READ, 0, bytes);
      // Errors of what was submitted before have arrived by now.
      device.throwIfUnusable();
      return staging.getMappedRange(0, bytes).slice(0);
    } catch (error) {
      throw await device.errorOf(error);
    } finally {
      if (staging.mapState === 'mapped') staging.unmap();
    }
  }

  /** Appends to the text; forgets the first `settled` pending proposals and rows. */
  #commit(tokenIds: readonly TokenId[], settled: number): void {
    this.#committed.push(...tokenIds);
    for (const { slot } of this.#pending.splice(0, settled)) {
      if (slot !== null) this.#stream.memory.freeSlot(slot);
    }
    for (const slots of this.#held) this.#freeAll(slots.splice(0, settled));
  }

  #freeAll(slots: readonly number[]): void {
    for (const slot of slots) this.#stream.memory.freeSlot(slot);
  }

  #position(textOffset: number): number {
    return this.#plan.firstPosition + this.#committed.length + textOffset;
  }
}

/** What walks the whole of r for a lossy criterion. */
const deviationKernels = {
  ratio: ['lenientDeviation'],
  typical: ['typicalThreshold'],
  coupled: [],
} as const;
