import { html, type TemplateResult } from 'lit';
import { type Failure, isOffline, type Remedy } from './failure.ts';

const buttonTexts: Readonly<Record<Remedy, string | null>> = {
  retry: 'Try again',
  'restart-engine': 'Restart the engine',
  'reload-page': 'Reload the page',
  'change-request': null,
};

/**
 * What happened, what to do next and, where the page can help, a button; the engine's own words, unless they have
 * numbers for the reader, and the code stand behind them for whoever reports it. Styled by `failureStyle`.
 * @param choice in place of the list of known models, where one can be chosen at once
 */
export function failureView(
  title: string,
  failure: Failure,
  act: (remedy: Remedy) => void,
  choice: TemplateResult | null = knownModels(failure),
): TemplateResult {
  const buttonText = buttonTexts[failure.remedy];
  const { summary, message, code, hasNumbers } = failure;
  const isOpen = summary === null || hasNumbers;
  return html`<div class="failure" role="alert">
    <h2>${title}</h2>
    ${
      isOffline(failure)
        ? html`<p>You are offline, and the files are not stored yet. The download starts when you are back online.</p>`
        : html`<p>${summary ?? message} ${failure.nextStep}</p>
            ${summary !== null && hasNumbers ? html`<p>${message}</p>` : null} ${choice}`
    }
    ${
      buttonText === null
        ? null
        : html`<button type="button" @click=${() => act(failure.remedy)}>${buttonText}</button>`
    }
    ${
      isOpen
        ? html`<p class="hint">Code: <code>${code}</code></p>`
        : html`<details>
            <summary class="hint">Details</summary>
            <p class="hint">${message} Code: <code>${code}</code></p>
          </details>`
    }
  </div>`;
}

function knownModels({ knownModels }: Failure): TemplateResult | null {
  if (knownModels.length === 0) return null;
  return html`<p>${knownModels.map((id) => html`<code>${id}</code> `)}</p>`;
}
