import { html, type ReactiveController, type ReactiveControllerHost, type TemplateResult } from 'lit';
import type { EngineApi } from '../../../engine/engine-api.ts';
import type { RequestForm } from '../../form/request-form.ts';
import { FetchedView } from '../../kit/fetched-view.ts';
import { type CatalogueWanted, onCatalogueWanted } from '../../models/catalogue-wanted.ts';
import type { EngineState } from '../../models/engine-state.ts';
import type { ModelChoice } from '../../models/model-choice.ts';

/** Opens the catalogue of teams for whatever element in its host asks for it. Its code is fetched with the first time. */
export class CatalogueOpening implements ReactiveController {
  readonly #host: ReactiveControllerHost & EventTarget;
  readonly #view: FetchedView;
  #wanted: CatalogueWanted | null = null;
  #stopListening = (): void => {};

  constructor(host: ReactiveControllerHost & EventTarget) {
    this.#host = host;
    this.#view = new FetchedView(host, () => import('./catalogue-dialog.ts'));
    host.addController(this);
  }

  hostConnected(): void {
    this.#stopListening = onCatalogueWanted(this.#host, (wanted) => {
      this.#wanted = wanted;
      void this.#view.fetch();
      this.#host.requestUpdate();
    });
  }

  hostDisconnected(): void {
    this.#stopListening();
  }

  /** The open catalogue; null while there is none. */
  render(parts: {
    readonly form: RequestForm;
    readonly engine: EngineState;
    readonly storage: Pick<EngineApi, 'estimate' | 'storedModels'> | null;
    readonly choices: readonly ModelChoice[];
    readonly change: (form: RequestForm) => void;
  }): TemplateResult | null {
    if (!this.#wanted) return null;
    if (this.#view.state === 'missing') {
      return html`<p class="notice" role="alert">
        The catalogue’s code could not be fetched.
        <button type="button" @click=${this.#view.fetch}>Try again</button>
        <button type="button" @click=${this.#close}>Close</button>
      </p>`;
    }
    if (this.#view.state !== 'here') return null;
    const { form, engine, storage, choices, change } = parts;
    return html`<antiphon-catalogue
      .wanted=${this.#wanted}
      .form=${form}
      .info=${engine.kind === 'open' ? engine.info : null}
      .storage=${storage}
      .choices=${choices}
      @form-change=${(event: CustomEvent<RequestForm>) => change(event.detail)}
      @catalogue-closed=${this.#close}
    ></antiphon-catalogue>`;
  }

  #close = (): void => {
    this.#wanted = null;
    this.#host.requestUpdate();
  };
}
