import type { ReactiveController, ReactiveControllerHost } from 'lit';
import type { Trace } from '../../trace/trace.ts';
import { fetchedCode } from '../kit/fetched-code.ts';

/**
 * The recording that a visitor sees before a story of one's own: what the page does, without the engine. It is fetched
 * after the page is on the screen; where it does not arrive there is none. It is `npm run demo -- --method
 * collaborative --members story-fairy,story-space --seed 7 --temperature 0.9 --max-tokens 84 --trace
 * public/first-story.jsonl`.
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
      fetch(new URL('first-story.jsonl', document.baseURI)),
      fetchedCode('what shows recordings', async () => {
        const [reader] = await Promise.all([import('../../trace/read-trace.ts'), import('./replay-view.ts')]);
        return reader;
      }),
    ]);
    if (!response.ok) return;
    this.trace = readTrace(await response.text());
    this.#host.requestUpdate();
  }
}
