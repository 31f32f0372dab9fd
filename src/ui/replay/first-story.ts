import type { ReactiveController, ReactiveControllerHost } from 'lit';
import type { Trace } from '../../trace/trace.ts';
import { fetchedCode } from '../kit/fetched-code.ts';

/**
 * The recording that a visitor sees before a story of one's own: what the page does, without the engine. It is fetched
 * after the page is on the screen; where it does not arrive there is none. It is the one of the first screen, by taking
 * turns (scripts/record-see.ts).
 */
export class FirstStory implements ReactiveController {
  trace: Trace | null = null;
  readonly #host: ReactiveControllerHost;

  constructor(host: ReactiveControllerHost) {
    this.#host = host;
    host.addController(this);
  }

  hostConnected(): void {
    if (this.trace === null) void this.#fetch().catch(() => {});
  }

  async #fetch(): Promise<void> {
    const [response, { readTrace }] = await Promise.all([
      fetch(new URL('see.json', document.baseURI)),
      fetchedCode('what shows recordings', async () => {
        const [reader] = await Promise.all([import('../../trace/read-trace.ts'), import('./replay-view.ts')]);
        return reader;
      }),
    ]);
    if (!response.ok) return;
    const { turns }: { readonly turns: string } = await response.json();
    this.trace = readTrace(turns);
    this.#host.requestUpdate();
  }
}
