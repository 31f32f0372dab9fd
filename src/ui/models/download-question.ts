import { css, html, type TemplateResult } from 'lit';
import { sizeText } from '../../errors/byte-text.ts';

/** Stands in the place of the button that was pressed: nothing large is fetched unasked. */
export function downloadQuestion(parts: {
  /** What is downloaded. */
  readonly title: string;
  /** null where the size is unknown. */
  readonly bytes: number | null;
  readonly agree: () => void;
  readonly cancel: () => void;
}): TemplateResult {
  const { title, bytes, agree, cancel } = parts;
  return html`<div class="question" role="group" aria-label="Download of ${title}">
    <button type="button" class="primary" @click=${agree}>
      ${bytes === null ? 'Download, size unknown' : `Download ${sizeText(bytes)}`}
    </button>
    <button type="button" @click=${cancel}>Cancel</button>
  </div>`;
}

export const downloadQuestionStyle = css`
  .question {
    display: flex;
    flex-wrap: wrap;
    gap: 0.5rem;
  }
`;
