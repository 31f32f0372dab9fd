import { EnumeratingSource } from './enumerating-source.ts';
import { type FakeDecode, type FakeDecodeOptions, prepareFakeDecode, promptOf } from './fake-decode.ts';

/** A decode between two rounds. */
interface State {
  /** Choices that lead here from the start of the decode. */
  readonly choices: readonly number[];
  readonly rounds: number;
  readonly probability: number;
  readonly text: string;
}

/**
 * The exact joint law of the first `tokens` tokens of a decode: text (one letter a token) -> probability. Every
 * branch is walked round by round; states that agree in text, pending proposals and caches are merged. From a change of
 * the combination on letters are capital ones, so that a text tells which combination each of its tokens is to follow.
 *
 * Draws for tokens behind the first `tokens` do not branch (see EnumeratingSource).
 */
export async function enumerateLaw(
  options: Omit<FakeDecodeOptions, 'random'>,
  tokens: number,
): Promise<Map<string, number>> {
  const start = prepareFakeDecode(options);
  const law = new Map<string, number>();
  const horizon = promptOf(options, 0).length + tokens;
  let decodes = 0;
  let frontier = new Map<string, State>([['', { choices: [], rounds: 0, probability: 1, text: '' }]]);
  while (frontier.size > 0) {
    const next = new Map<string, State>();
    for (const state of frontier.values()) {
      const open: (readonly number[])[] = [state.choices];
      for (let choices = open.pop(); choices; choices = open.pop()) {
        const random = new EnumeratingSource(choices, horizon, decodes++);
        const { key, ended, ...branch } = await walk(start(random), state, random, tokens);
        open.push(...untriedChoices(random, choices.length));
        if (ended || branch.text.length >= tokens) {
          const text = branch.text.slice(0, tokens);
          law.set(text, (law.get(text) ?? 0) + branch.probability);
          continue;
        }
        const known = next.get(key);
        next.set(key, { ...branch, probability: branch.probability + (known?.probability ?? 0) });
      }
    }
    frontier = next;
  }
  return law;
}

interface Branch extends State {
  /** The same for branches that go on alike. */
  readonly key: string;
  readonly ended: boolean;
}

/** One way the decode can go through the round behind `state`. */
async function walk(
  { decode, rounds }: FakeDecode,
  state: State,
  random: EnumeratingSource,
  tokens: number,
): Promise<Branch> {
  let text = '';
  let ended = false;
  let firstLetter = 'a'.charCodeAt(0);
  let kvLengths: readonly number[] = [];
  for (let round = 0; round <= state.rounds; round++) {
    const next = await rounds.next();
    if (next.done) {
      ended = true;
      break;
    }
    if (next.value.combine) firstLetter = 'A'.charCodeAt(0);
    for (const id of next.value.committed) text += String.fromCharCode(firstLetter + id);
    ({ kvLengths } = next.value);
  }
  let { probability } = state;
  for (const each of random.probabilities.slice(state.choices.length)) probability *= each;
  const run = decode.sampler.textFrom(0);
  const known = run.kind === 'host' ? run.ids.slice(0, tokens) : [];
  return {
    choices: random.taken,
    rounds: state.rounds + 1,
    probability,
    text,
    ended,
    key: `${text} ${known} of ${run.length} ${kvLengths}`,
  };
}

/** The alternatives of choices that a decode was the first to make. */
function untriedChoices(random: EnumeratingSource, given: number): number[][] {
  const lists: number[][] = [];
  for (let step = given; step < random.taken.length; step++) {
    for (const other of random.alternatives[step - given].slice(1)) {
      lists.push([...random.taken.slice(0, step), other]);
    }
  }
  return lists;
}
