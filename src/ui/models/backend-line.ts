import { css, html, LitElement, type PropertyDeclarations, type TemplateResult } from 'lit';
import type { EngineInfo, LoadedModel } from '../../engine/engine-api.ts';
import { smallNumberText } from '../kit/number-text.ts';
import { theme } from '../kit/theme.ts';

/** Where the models run, why there, and what is worth knowing about it. */
export class BackendLine extends LitElement {
  static override properties: PropertyDeclarations = {
    info: { attribute: false },
    background: { attribute: false },
  };
  declare info: EngineInfo | null;
  /** Name of a model that is loading while nothing waits for it. */
  declare background: string | null;

  static override styles = [
    theme,
    css`
      details {
        color: var(--ink-soft);
        font-size: 0.875rem;
      }
      summary {
        min-height: 1.75rem;
        overflow-wrap: anywhere;
      }
      summary strong {
        color: var(--ink);
        font-weight: 600;
      }
      ul {
        margin: 0.4rem 0 0;
        padding-inline-start: 1.2rem;
      }
      li {
        margin-block: 0.2rem;
        overflow-wrap: anywhere;
      }
    `,
  ];

  constructor() {
    super();
    this.info = null;
    this.background = null;
  }

  override render(): TemplateResult {
    const { info } = this;
    if (!info) return html``;
    const notes = info.models.flatMap(modelNotes);
    return html`<details>
      <summary
        >Runs on <strong>${backendText(info)}</strong>${whyThere(info)}${this.background === null ? null : html` · ${this.background} is on its way`}</summary
      >
      <p>${info.backendReason} ${threadsText(info)}</p>
      ${notes.length > 0 ? html`<ul>${notes.map((note) => html`<li>${note}</li>`)}</ul>` : null}
    </details>`;
  }
}

function backendText({ backend, threads }: EngineInfo): string {
  if (backend === 'webgpu') return 'WebGPU';
  return `WebAssembly, ${threads === 1 ? 'one thread' : `${threads} threads`}`;
}

/** In sight where it is not the best there is. */
function whyThere({ backend, backendReason }: EngineInfo): string {
  const reason = backend === 'wasm' ? /^WASM, (because .*?)\.?$/s.exec(backendReason)?.[1] : undefined;
  return reason === undefined ? '' : `, ${reason}`;
}

function threadsText({ backend, threads }: EngineInfo): string {
  if (backend !== 'wasm' || threads > 1) return '';
  return crossOriginIsolated
    ? 'This machine has only one processor core.'
    : 'It uses one thread, because the server does not send the headers for cross-origin isolation (COOP and COEP).';
}

function modelNotes(model: LoadedModel): string[] {
  const { maxLogitDifference, meanTotalVariation } = model.noise;
  const noise =
    maxLogitDifference === 0
      ? `${model.title}: verifying several tokens in one pass gives exactly the same numbers as one by one.`
      : `${model.title}: checking several tokens in one pass moves a logit by at most ` +
        `${smallNumberText(maxLogitDifference)} and the probabilities by ${smallNumberText(meanTotalVariation)} ` +
        `on average (verification noise).`;
  return [...model.notes.map((note) => `${model.title}: ${note}`), noise];
}

customElements.define('antiphon-backend-line', BackendLine);

declare global {
  interface HTMLElementTagNameMap {
    'antiphon-backend-line': BackendLine;
  }
}
