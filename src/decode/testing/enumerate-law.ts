import { EnumeratingSource } from './enumerating-source.ts';
import { type FakeDecodeOptions, startFakeDecode } from './fake-decode.ts';

interface State {
  /** Choices that lead here from the start of the decode. */
  readonly choices: readonly number[];
  readonly probability: number;
  readonly text: string;
}

/**
 * The exact joint law of the first `tokens` tokens of a decode: text (one letter a token) -> probability. Every
 * branch is walked round by round; states that agree in text, pending proposals and caches are merged. From a change of
 * the combination on letters are capital ones, so that a text tells which combination each of its tokens is to follow.
 */
export async function enumerateLaw(
  options: Omit<FakeDecodeOptions, 'random'>,
  tokens: number,
): Promise<Map<string, number>> {
  const law = new Map<string, number>();
  let frontier = new Map<string, State>([['', { choices: [], probability: 1, text: '' }]]);
  for (let rounds = 1; frontier.size > 0; rounds++) {
    const next = new Map<string, State>();
    for (const state of frontier.values()) {
      for await (const branch of branches(options, state, rounds)) {
        const text = branch.text.slice(0, tokens);
        if (branch.ended || branch.text.length >= tokens) {
          law.set(text, (law.get(text) ?? 0) + branch.probability);
          continue;
        }
        const known = next.get(branch.key);
        next.set(branch.key, { ...branch, probability: branch.probability + (known?.probability ?? 0) });
      }
    }
    frontier = next;
  }
  return law;
}

interface Branch extends State {
  readonly key: string;
  readonly ended: boolean;
}

/** Every way the decode can go through round number `rounds` from `state`. */
async function* branches(
  options: Omit<FakeDecodeOptions, 'random'>,
  state: State,
  rounds: number,
): AsyncGenerator<Branch> {
  const open: (readonly number[])[] = [state.choices];
  for (let choices = open.pop(); choices; choices = open.pop()) {
    const random = new EnumeratingSource(choices);
    const fake = startFakeDecode({ ...options, random });
    let text = '';
    let ended = false;
    let pending = '';
    let firstLetter = 'a';
    for (let round = 0; round < rounds; round++) {
      const next = await fake.rounds.next();
      if (next.done) {
        ended = true;
        break;
      }
      if (next.value.combine) firstLetter = 'A';
      text += next.value.committed.map((id) => letterOf(id, firstLetter)).join('');
      pending = `${text} ${JSON.stringify(fake.decode.sampler.textFrom(0))} ${next.value.kvLengths}`;
    }
    // Alternatives of the choices this run was the first to make.
    for (let step = choices.length; step < random.taken.length; step++) {
      for (const other of random.alternatives[step - choices.length].slice(1)) {
        open.push([...random.taken.slice(0, step), other]);
      }
    }
    const probability = random.probabilities
      .slice(state.choices.length)
      .reduce((a, b) => a * b, state.probability);
    yield { choices: random.taken, probability, text, ended, key: pending };
  }
}

const letterOf = (id: number, firstLetter: string): string =>
  String.fromCharCode(firstLetter.charCodeAt(0) + id);
