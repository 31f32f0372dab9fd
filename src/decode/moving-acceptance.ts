import { proposerIndex } from '../round/proposer.ts';
import type { Round } from '../round/round.ts';

/** What is believed before the first verdict, as strong as `priorVerdicts` of them. */
const priorRate = 0.7;
const priorVerdicts = 2;
/** Weight of a verdict after n later ones: decay^n, a memory of about 30 verdicts. */
const verdictDecay = 0.97;
/** What faded counts no more than so many verdicts. */
const fadedVerdicts = 2;
/** Likelihood ratio, as a logarithm, from which on a change of α is believed: 300 to 1. */
const changeEvidence = Math.log(300);
/** The change that is looked for: a third of the acceptances, or of the rejections. */
const changeFactor = 1 / 3;

/** α of each proposer, recent verdicts counting most. */
export class MovingAcceptance {
  readonly #estimates: readonly MovingRate[];

  constructor(proposers: number) {
    this.#estimates = Array.from({ length: proposers }, () => new MovingRate());
  }

  observe(round: Round): void {
    for (const { proposer, fate } of round.proposals) {
      if (proposer === null || (fate !== 'accepted' && fate !== 'rejected')) continue;
      this.#estimates[proposerIndex(proposer, this.#estimates)].observe(fate === 'accepted');
    }
  }

  /** The text may have become another one: verdicts to come are to count for more than all before. */
  fade(): void {
    for (const estimate of this.#estimates) estimate.fade();
  }

  /** [proposers] */
  get rates(): readonly number[] {
    return this.#estimates.map(({ rate }) => rate);
  }
}

/**
 * A rate that moves slowly while it fits, and jumps where it does not: beside the moving mean stand two hypotheses, that
 * it has fallen or risen since some recent verdict (CUSUM; Page, "Continuous inspection schemes", 1954).
 */
class MovingRate {
  #accepted = priorRate * priorVerdicts;
  #verdicts = priorVerdicts;
  #fall = noEvidence;
  #rise = noEvidence;

  get rate(): number {
    return this.#accepted / this.#verdicts;
  }

  observe(accepted: boolean): void {
    // Some verdicts that were all alike make no other impossible.
    const rate = (this.#accepted + 0.5) / (this.#verdicts + 1);
    this.#fall = withVerdict(this.#fall, accepted, rate, rate * changeFactor);
    this.#rise = withVerdict(this.#rise, accepted, rate, 1 - (1 - rate) * changeFactor);
    this.#accepted = verdictDecay * this.#accepted + (accepted ? 1 : 0);
    this.#verdicts = verdictDecay * this.#verdicts + 1;
    const change = [this.#fall, this.#rise].find(({ evidence }) => evidence > changeEvidence);
    if (!change) return;
    this.#accepted = change.accepted + priorRate;
    this.#verdicts = change.verdicts + 1;
    this.#fall = noEvidence;
    this.#rise = noEvidence;
  }

  fade(): void {
    const share = Math.min(1, fadedVerdicts / this.#verdicts);
    this.#accepted *= share;
    this.#verdicts *= share;
  }
}

/** For a change, with the verdicts since the moment where it would have happened. */
interface Evidence {
  readonly evidence: number;
  readonly accepted: number;
  readonly verdicts: number;
}

const noEvidence: Evidence = { evidence: 0, accepted: 0, verdicts: 0 };

function withVerdict(before: Evidence, accepted: boolean, rate: number, changed: number): Evidence {
  const evidence = before.evidence + Math.log(accepted ? changed / rate : (1 - changed) / (1 - rate));
  if (evidence <= 0) return noEvidence;
  return { evidence, accepted: before.accepted + (accepted ? 1 : 0), verdicts: before.verdicts + 1 };
}
