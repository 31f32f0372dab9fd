import { closeSync, openSync, writeSync } from 'node:fs';
import type { DecodeResult, LoadedModel } from '../../src/engine/engine-api.ts';
import type { DecodeRequest } from '../../src/engine/request-types.ts';
import type { Round } from '../../src/round/round.ts';
import type { SpeedPair } from '../../src/speed/speed-up.ts';
import {
  headerLine,
  resultLine,
  roundLine,
  speedPairLine,
  traceHeader,
} from '../../src/trace/write-trace.ts';

/** Records a run line by line as it comes: what an interruption leaves can be read. */
export class TraceFile {
  readonly #file: number;

  /** Empties the file. Throws an Error where it cannot be written. */
  constructor(path: string) {
    try {
      this.#file = openSync(path, 'w');
    } catch (cause) {
      const reason = cause instanceof Error ? cause.message : String(cause);
      throw new Error(`--trace is '${path}', which cannot be written: ${reason}`, { cause });
    }
  }

  begin(request: DecodeRequest, models: readonly LoadedModel[]): void {
    writeSync(this.#file, headerLine(traceHeader({ request, models })));
  }

  add(round: Round): void {
    writeSync(this.#file, roundLine(round));
  }

  end(result: DecodeResult): void {
    writeSync(this.#file, resultLine(result));
  }

  /** Behind the end. */
  addSpeedPair(pair: SpeedPair): void {
    writeSync(this.#file, speedPairLine(pair));
  }

  close(): void {
    closeSync(this.#file);
  }
}
