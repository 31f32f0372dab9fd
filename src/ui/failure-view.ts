import { html, type TemplateResult } from 'lit';
import type { Failure, Remedy } from './failure.ts';

const buttonTexts: Readonly<Record<Remedy, string | null>> = {
  retry: 'Try again',
  'restart-engine': 'Restart the engine',
  'reload-page': 'Reload the page',
  'change-request': null,
};

/** Title, message, code, next step and, where the page can help, a button. Styled by `failureStyle`. */
export function failureView(title: string, failure: Failure, act: (remedy: Remedy) => void): TemplateResult {
  const buttonText = buttonTexts[failure.remedy];
  return html`<div class="failure" role="alert">
    <h2>${title}</h2>
    <p>${failure.message}</p>
    <p class="hint">${failure.nextStep} Code: <code>${failure.code}</code></p>
    ${
      buttonText === null
        ? null
        : html`<button type="button" @click=${() => act(failure.remedy)}>${buttonText}</button>`
    }
  </div>`;
}
