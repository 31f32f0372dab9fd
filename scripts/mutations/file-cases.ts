import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { EngineApi } from '../../src/engine/engine-api.ts';
import { readRecord } from '../../src/models/files/storage/file-record.ts';
import { DEFAULT_STORE_NAME } from '../../src/models/files/storage/open-file-store.ts';
import { FileServer, file } from '../../src/models/testing/file-server.ts';
import { Dice } from './dice.ts';
import type { Mutant } from './mutate-bytes.ts';
import { type Attempt, inWords, type Outcome, outcomeOf, works } from './outcome.ts';

/** A model on a server, and the file of it that is broken. */
export interface Subject {
  /** What `load` is given: a folder's name, or the id of a catalogue. */
  readonly model: string;
  /** By their paths below the server's root. */
  readonly files: ReadonlyMap<string, Uint8Array>;
  readonly brokenPath: string;
  readonly byId: boolean;
  readonly mutate: (bytes: Uint8Array, dice: Dice) => Mutant;
  /** Whether the file itself is broken where a load of it is refused. */
  readonly isBroken: (bytes: Uint8Array) => boolean;
}

export type FileEngine = Pick<EngineApi, 'load' | 'decode' | 'unload' | 'deleteStored' | 'close'>;
/** An engine whose models and whose catalogue lie at the origin. */
export type OpenEngine = (origin: string) => Promise<FileEngine>;

/**
 * Loads models with a broken file, and writes with those that load. After each that is refused, the same model with
 * the right file must load: nothing of the broken one is kept, and the engine's process lives.
 */
export class FileCases {
  readonly #subjects: readonly Subject[];
  readonly #cache: string;
  readonly #server: FileServer;
  readonly #openEngine: OpenEngine;
  #engine: FileEngine | null = null;

  private constructor(
    subjects: readonly Subject[],
    openEngine: OpenEngine,
    cache: string,
    server: FileServer,
  ) {
    this.#subjects = subjects;
    this.#openEngine = openEngine;
    this.#cache = cache;
    this.#server = server;
  }

  /** @param cache folder of the engine's storage */
  static async open(subjects: readonly Subject[], openEngine: OpenEngine, cache: string): Promise<FileCases> {
    return new FileCases(subjects, openEngine, cache, await FileServer.start());
  }

  async run(seed: number): Promise<Outcome> {
    const dice = new Dice(seed);
    const subject = this.#subjects[seed % this.#subjects.length];
    const { files, brokenPath } = subject;
    const mutant = subject.mutate(files.get(brokenPath)!, dice);
    const what = `${brokenPath}: ${mutant.what}`;
    this.#serve(files);
    this.#server.answers.set(`/${brokenPath}`, file(mutant.bytes));
    const load = await outcomeOf(async () => {
      await (await this.#open()).load(this.#nameOf(subject));
      return works;
    });
    const isLoaded = load.end === 'works';
    const attempt = isLoaded ? await this.#attemptToWrite(subject) : load;
    if (attempt.fault !== null) {
      await this.#restart();
      return { ...attempt, what };
    }
    if (isLoaded) {
      await this.#forget(subject);
      return { ...attempt, what };
    }
    const mayBeKept = attempt.end === 'out-of-memory' || !subject.isBroken(mutant.bytes);
    if (!mayBeKept && this.#isStored(brokenPath, mutant.bytes)) {
      await this.#restart();
      return { end: attempt.end, fault: `kept in storage, though it was refused (${attempt.end})`, what };
    }
    this.#serve(files);
    try {
      await (await this.#open()).load(this.#nameOf(subject));
      await this.#write(subject);
    } catch (error) {
      await this.#restart();
      return { end: attempt.end, fault: `the right file does not work afterwards: ${inWords(error)}`, what };
    }
    await this.#forget(subject);
    return { ...attempt, what };
  }

  async close(): Promise<void> {
    await this.#engine?.close();
    await this.#server.stop();
  }

  #serve(files: ReadonlyMap<string, Uint8Array>): void {
    this.#server.answers.clear();
    for (const [path, bytes] of files) this.#server.answers.set(`/${path}`, file(bytes));
  }

  async #open(): Promise<FileEngine> {
    this.#engine ??= await this.#openEngine(this.#server.origin);
    return this.#engine;
  }

  /** A file may load and be of no use for a text. */
  async #attemptToWrite(subject: Subject): Promise<Attempt> {
    const { end, fault } = await outcomeOf(async () => {
      await this.#write(subject);
      return works;
    });
    return { end: end === 'works' ? end : `loads; ${end}`, fault };
  }

  /** Writes with passes of all widths. */
  async #write(subject: Subject): Promise<void> {
    const engine = await this.#open();
    const model = this.#nameOf(subject);
    const request = { prompt: 'once upon a time', maxTokens: 10, seed: 1, logprobs: 2 };
    await engine.decode({ ...request, method: { kind: 'plain', model } }).result;
    const drafter = { kind: 'ngram' } as const;
    await engine.decode({
      ...request,
      sampling: { temperature: 0 },
      method: { kind: 'speculative', target: model, drafter },
    }).result;
  }

  #nameOf({ model, byId }: Subject): string {
    return byId ? model : `${this.#server.origin}/${model}`;
  }

  async #forget(subject: Subject): Promise<void> {
    const engine = await this.#open();
    await engine.unload(this.#nameOf(subject));
    await engine.deleteStored(this.#nameOf(subject));
  }

  /** A process that has failed serves no other case. */
  async #restart(): Promise<void> {
    const engine = this.#engine;
    this.#engine = null;
    await engine?.close().catch(() => {});
  }

  /** An earlier, right copy may stay. */
  #isStored(path: string, bytes: Uint8Array): boolean {
    const url = `${this.#server.origin}/${path}`;
    const sha256 = createHash('sha256').update(bytes).digest('hex');
    const folder = join(this.#cache, DEFAULT_STORE_NAME);
    return readdirSync(folder).some((name) => {
      // What is still being written does not count.
      const record = name.endsWith('.json') ? readRecord(readFileSync(join(folder, name), 'utf8')) : null;
      return record?.key.url === url && record.complete?.sha256 === sha256;
    });
  }
}
