import { css, html, LitElement, nothing, type PropertyDeclarations, type TemplateResult } from 'lit';
import { copyText } from '../kit/copy-text.ts';
import { saveFile } from '../kit/save-file.ts';
import { theme } from '../kit/theme.ts';

/** What may be saved of a run besides its text. */
export type RecordingKind = 'trace' | 'page';

/** What files and link have of a text that was continued. */
const sinceContinue = {
  files: 'Both contain the text since Continue; everything before it is the prompt.',
  link: 'It writes what came since Continue; the text before it is its prompt.',
};

/**
 * What can be done with a finished text.
 * @fires {CustomEvent<void>} continue
 * @fires {CustomEvent<void>} reply
 * @fires {CustomEvent<RecordingKind>} save-recording
 */
export class StoryActions extends LitElement {
  static override properties: PropertyDeclarations = {
    text: { attribute: false },
    link: { attribute: false },
    caveat: { attribute: false },
    continuable: { type: Boolean },
    continued: { type: Boolean },
    answerable: { type: Boolean },
    recorded: { type: Boolean },
    told: { state: true },
  };
  /** Prompt and text. */
  declare text: string;
  /** Address of a page that writes the text again; empty where no link can say it all. */
  declare link: string;
  /** Why that page may write another text; null where it does not. */
  declare caveat: string | null;
  declare continuable: boolean;
  /** Several runs wrote the text; link and recordings are about the last one. */
  declare continued: boolean;
  /** The text is a reply in a conversation, which may go on. */
  declare answerable: boolean;
  /** There is a recording to save. */
  declare recorded: boolean;
  declare told: string;

  static override styles = [
    theme,
    css`
      .buttons,
      .files {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        gap: 0.5rem;
      }
      button {
        min-height: 2.25rem;
        padding: 0.3rem 0.75rem;
        font-size: 0.875rem;
      }
      .files {
        gap: 0.25rem 0.9rem;
        margin-top: 0.6rem;
      }
      .files button {
        min-height: 1.75rem;
        padding: 0;
        border: 0;
        color: var(--accent);
        text-decoration: underline;
        text-underline-offset: 0.2em;
      }
      .files button:hover {
        text-decoration-thickness: 2px;
      }
      .told:not(:empty) {
        margin-top: 0.35rem;
      }
      @media (max-width: 40rem) {
        .files .hint {
          display: none;
        }
      }
    `,
  ];

  constructor() {
    super();
    this.text = '';
    this.link = '';
    this.caveat = null;
    this.continuable = false;
    this.continued = false;
    this.answerable = false;
    this.recorded = false;
    this.told = '';
  }

  override render(): TemplateResult {
    return html`<div class="buttons" role="group" aria-label="With this story">
        ${
          this.continuable
            ? html`<button type="button" class="primary" @click=${this.#fire('continue')}>Continue</button>`
            : nothing
        }
        ${
          this.answerable ? html`<button type="button" @click=${this.#fire('reply')}>Reply</button>` : nothing
        }
        <button type="button" @click=${() => this.#copy(this.text, 'The text')}>Copy text</button>
        ${
          this.link === '' ? nothing : html`<button type="button" @click=${this.#copyLink}>Copy link</button>`
        }
      </div>
      <div class="files" role="group" aria-label="As a file">
        <button type="button" @click=${this.#saveText}>Save text</button>
        ${
          this.recorded
            ? html`<button type="button" @click=${this.#fire('save-recording', 'trace')}>Save recording</button>
                <button type="button" @click=${this.#fire('save-recording', 'page')}>Save as page</button>
                <span class="hint"
                  >Open a recording here again; a saved page replays the story on its own, even offline.${
                    this.continued ? ` ${sinceContinue.files}` : ''
                  }</span
                >`
            : nothing
        }
      </div>
      <p class="hint told" aria-live="polite">${this.told}</p>`;
  }

  #fire(type: string, detail?: RecordingKind): () => void {
    return () => this.dispatchEvent(new CustomEvent(type, { detail }));
  }

  async #copy(text: string, what: string, caveats: readonly string[] = []): Promise<void> {
    const isCopied = await copyText(text);
    this.told = isCopied
      ? [`${what} is on the clipboard.`, ...caveats].join(' ')
      : 'The browser blocked copying.';
  }

  #copyLink = (): void => {
    const caveats = [
      ...(this.continued ? [sinceContinue.link] : []),
      ...(this.caveat === null ? [] : [this.caveat]),
    ];
    void this.#copy(this.link, 'The link', caveats);
  };

  #saveText = (): void => saveFile('story.txt', 'text/plain', `${this.text}\n`);
}

customElements.define('antiphon-story-actions', StoryActions);

declare global {
  interface HTMLElementTagNameMap {
    'antiphon-story-actions': StoryActions;
  }
}
