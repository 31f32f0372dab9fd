import { html, type ReactiveController, type ReactiveControllerHost, type TemplateResult } from 'lit';
import type { Trace } from '../../trace/trace.ts';
import { describeFailure, type Failure } from '../kit/failure.ts';
import { fetchedCode } from '../kit/fetched-code.ts';

/** A recording that the reader opened, by a file dialogue or by dropping a file on the page. */
export class OpenedRecording implements ReactiveController {
  trace: Trace | null = null;
  failure: Failure | null = null;
  readonly #host: ReactiveControllerHost;
  readonly #onOpen: () => void;
  /** The latest file; an older one that arrives later is dropped. */
  #number = 0;
  #file: File | null = null;

  /** @param onOpen called when a recording has been opened */
  constructor(host: ReactiveControllerHost, onOpen: () => void) {
    this.#host = host;
    this.#onOpen = onOpen;
    host.addController(this);
  }

  hostConnected(): void {
    addEventListener('dragover', this.#onDragOver);
    addEventListener('drop', this.#onDrop);
  }

  hostDisconnected(): void {
    removeEventListener('dragover', this.#onDragOver);
    removeEventListener('drop', this.#onDrop);
  }

  close = (): void => {
    this.#number++;
    this.trace = null;
    this.failure = null;
    this.#host.requestUpdate();
  };

  async open(file: File): Promise<void> {
    const number = ++this.#number;
    this.#file = file;
    let trace: Trace | null = null;
    let failure: Failure | null = null;
    try {
      // Reader and view are fetched when they are needed.
      const [[{ openRecording }], text] = await Promise.all([
        fetchedCode('what shows recordings', () =>
          Promise.all([import('./open-recording.ts'), import('./replay-view.ts')]),
        ),
        file.text(),
      ]);
      trace = openRecording(text);
    } catch (error) {
      failure = describeFailure(error);
    }
    if (number !== this.#number) return;
    this.failure = failure;
    if (trace) {
      this.trace = trace;
      this.#onOpen();
    }
    this.#host.requestUpdate();
  }

  /** Opens the latest file again. */
  retry = (): void => {
    if (this.#file) void this.open(this.#file);
  };

  /** The button that opens one. */
  chooser(): TemplateResult {
    return html`<div class="recordings">
      <button type="button" @click=${this.#choose}>Open a recording</button>
      <input
        class="visually-hidden"
        type="file"
        accept=".jsonl,.html,application/jsonl,text/html"
        tabindex="-1"
        aria-label="Recording"
        @change=${this.#onChosen}
      />
      <span class="hint">or drop a saved trace or page anywhere here</span>
    </div>`;
  }

  #choose = (event: Event): void => {
    const { nextElementSibling } = event.currentTarget as HTMLElement;
    (nextElementSibling as HTMLInputElement).click();
  };

  #onChosen = ({ currentTarget }: Event): void => {
    const input = currentTarget as HTMLInputElement;
    const file = input.files?.[0];
    // The same file may be chosen again.
    input.value = '';
    if (file) void this.open(file);
  };

  #onDragOver = (event: DragEvent): void => {
    if (event.dataTransfer?.types.includes('Files')) event.preventDefault();
  };

  #onDrop = (event: DragEvent): void => {
    const file = event.dataTransfer?.files[0];
    if (!file) return;
    event.preventDefault();
    void this.open(file);
  };
}
