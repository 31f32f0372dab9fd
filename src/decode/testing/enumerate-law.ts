import { EnumeratingSource } from './enumerating-source.ts';
import { type FakeDecode, type FakeDecodeOptions, prepareFakeDecode, promptOf } from './fake-decode.ts';

/** What branches that go on alike have in common, between two rounds. */
interface State {
  /** Of all these branches together. */
  probability: number;
  readonly text: string;
  /** Choices of each round on the way here, by one of the branches. */
  readonly choices: readonly (readonly number[])[];
  /** Decodes that have come here and can go on. */
  readonly decodes: EnumeratedDecode[];
}

/**
 * The exact joint law of the first `tokens` tokens of a decode: text (one letter a token) -> probability. Every branch is
 * walked round by round; states that agree in text, pending proposals, caches and draft lengths are merged. From a change
 * of the combination on letters are capital ones, so that a text tells which combination each of its tokens is to follow.
 *
 * Draws for tokens behind the first `tokens` do not branch (see EnumeratingSource). Each branch of a round needs a
 * decode that stands before it: one that has come there, or else a new one that is led there.
 */
export async function enumerateLaw(
  options: Omit<FakeDecodeOptions, 'random'>,
  tokens: number,
): Promise<Map<string, number>> {
  const law = new Map<string, number>();
  const start = prepareFakeDecode(options);
  const horizon = promptOf(options, 0).length + tokens;
  let started = 0;
  const open = () => new EnumeratedDecode(start, horizon, started++);
  let frontier = new Map<string, State>([['', { probability: 1, text: '', choices: [], decodes: [] }]]);
  while (frontier.size > 0) {
    const next = new Map<string, State>();
    for (const { probability: before, choices: past, decodes } of frontier.values()) {
      const untried: (readonly number[])[] = [[]];
      for (let choices = untried.pop(); choices; choices = untried.pop()) {
        const decode = decodes.pop() ?? (await open().lead(past));
        await decode.walk(choices);
        const { text, hasEnded, random } = decode;
        const probability = before * random.probability;
        untried.push(...random.untried());
        if (hasEnded || text.length >= tokens) {
          const first = text.slice(0, tokens);
          law.set(first, (law.get(first) ?? 0) + probability);
          continue;
        }
        const key = decode.stateKey(tokens);
        const known = next.get(key);
        if (known) {
          known.probability += probability;
          known.decodes.push(decode);
        } else next.set(key, { probability, text, choices: [...past, random.taken], decodes: [decode] });
      }
    }
    frontier = next;
  }
  return law;
}

/** A decode that is walked round by round, along choices. */
class EnumeratedDecode {
  readonly random: EnumeratingSource;
  text = '';
  hasEnded = false;
  readonly #decode: FakeDecode;
  #firstLetter = 'a'.charCodeAt(0);
  #kvLengths: readonly number[] = [];

  constructor(start: (random: EnumeratingSource) => FakeDecode, horizon: number, seed: number) {
    this.random = new EnumeratingSource(horizon, seed);
    this.#decode = start(this.random);
  }

  /** Walks the rounds of these choices. */
  async lead(rounds: readonly (readonly number[])[]): Promise<this> {
    for (const choices of rounds) await this.walk(choices);
    return this;
  }

  /** Walks one round, along the choices given and then along the first ones. */
  async walk(choices: readonly number[]): Promise<void> {
    this.random.follow(choices);
    const round = await this.#decode.rounds.next();
    if (round.done) {
      this.hasEnded = true;
      return;
    }
    if (round.value.combine) this.#firstLetter = 'A'.charCodeAt(0);
    for (const id of round.value.committed) this.text += String.fromCharCode(this.#firstLetter + id);
    this.#kvLengths = round.value.kvLengths;
  }

  /** The same for decodes whose first `tokens` tokens go on alike. */
  stateKey(tokens: number): string {
    const { sampler, controller } = this.#decode.decode;
    const run = sampler.textFrom(0);
    const known = run.kind === 'host' ? run.ids.slice(0, tokens) : [];
    return `${this.text} ${known} of ${run.length} ${this.#kvLengths} ${controller.draftLengths}`;
  }
}
