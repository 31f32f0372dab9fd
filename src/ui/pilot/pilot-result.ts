import { html, LitElement, type PropertyDeclarations, type PropertyValues, type TemplateResult } from 'lit';
import { isRecommended, nameOf, type PilotReport } from '../../pilot/report.ts';
import {
  chartText,
  circumstancesText,
  columnsOf,
  criteriaText,
  groupHeadline,
  groupsText,
  isFaster,
  overview,
  reasons,
  toneOf,
} from '../../pilot/report-words.ts';
import { describeFailure, type Failure, type Remedy } from '../kit/failure.ts';
import { failureView } from '../kit/failure-view.ts';
import { fetchedCode } from '../kit/fetched-code.ts';
import { saveFile } from '../kit/save-file.ts';
import { failureStyle, theme } from '../kit/theme.ts';
import { pilotResultStyle } from './pilot-style.ts';

/** Of the chart in the saved report. */
const savedChartWidth = 760;
const widestChart = 760;
const narrowestChart = 280;

/**
 * What came of a pilot: the recommendation with its reasons, the speed-ups as a chart, the methods as a table, and the
 * report as files.
 */
export class PilotResult extends LitElement {
  static override properties: PropertyDeclarations = {
    report: { attribute: false },
    chart: { state: true },
    failure: { state: true },
  };
  declare report: PilotReport | null;
  declare chart: SVGElement | null;
  /** Of code that did not arrive, and what it was for. */
  declare failure: { readonly failure: Failure; readonly again: () => Promise<void> } | null;

  static override styles = [theme, failureStyle, pilotResultStyle];

  readonly #resizes = new ResizeObserver(() => {
    if (Math.abs(this.#chartWidth() - this.#drawnWidth) > 24) void this.#attempt(this.#draw);
  });
  #drawnWidth = 0;

  constructor() {
    super();
    this.report = null;
    this.chart = null;
    this.failure = null;
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.#resizes.observe(this);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#resizes.disconnect();
  }

  protected override updated(changed: PropertyValues<this>): void {
    if (changed.has('report')) void this.#attempt(this.#draw);
  }

  override render(): TemplateResult | null {
    const { report } = this;
    if (!report) return null;
    return html`${report.recommendations.map(
      (recommendation) => html`<section
        class="verdict ${toneOf(report, recommendation)}"
        aria-label="Recommendation for ${nameOf(report, recommendation).group}"
      >
        <h3>${unbroken(groupHeadline(report, recommendation))}</h3>
        ${reasons(report, recommendation).map((sentence) => html`<p>${sentence}</p>`)}
      </section>`,
    )}
      ${this.#overview(report)}
      <p class="below-verdict hint">Asked for ${criteriaText(report)}.<br />${circumstancesText(report)}</p>
      <div class="files" role="group" aria-label="Report">
        <button type="button" @click=${() => this.#attempt(this.#open)}>Open the report</button>
        <button type="button" @click=${() => this.#attempt(this.#saveHtml)}>Save as HTML</button>
        <button type="button" @click=${() => this.#attempt(this.#saveMethods)}>CSV, methods</button>
        <button type="button" @click=${() => this.#attempt(this.#saveRuns)}>CSV, runs</button>
        <button type="button" @click=${this.#saveJson}>JSON</button>
      </div>
      ${this.#failureView()}
      ${
        this.chart &&
        html`<figure>${this.chart}
        <figcaption class="hint">
          ${chartText(report)}
        </figcaption>
      </figure>`
      }
      ${report.plan.groups.map((_, group) => this.#table(report, group))}
      <details class="columns">
        <summary>What the columns mean</summary>
        <dl>${columnsOf(report).map(({ title, meaning }) => html`<dt>${title}</dt><dd>${meaning}</dd>`)}</dl>
      </details>`;
  }

  #overview(report: PilotReport): TemplateResult | null {
    const groups = overview(report);
    if (!groups) return null;
    return html`<h4>The groups</h4>
      <p class="hint">${groupsText(report)}</p>
      <div class="scroll" tabindex="0" role="group" aria-label="One method for each group">
        <table>
          <thead>
            <tr>
              ${groups.titles.map((title) => html`<th scope="col">${title}</th>`)}
            </tr>
          </thead>
          <tbody>
            ${groups.rows.map(
              ([group, ...cells]) => html`<tr>
                <th scope="row">${unbroken(group)}</th>
                ${cells.map((cell) => html`<td>${unbroken(cell)}</td>`)}
              </tr>`,
            )}
          </tbody>
        </table>
      </div>`;
  }

  #table(report: PilotReport, group: number): TemplateResult {
    const { title } = report.plan.groups[group];
    const columns = columnsOf(report);
    const isChosen = (method: number): boolean => isRecommended(report, { group, method });
    return html`<h4>${title}</h4>
      <div class="scroll" tabindex="0" role="group" aria-label="Methods of ${title}">
        <table>
          <thead>
            <tr>
              <th scope="col">Method</th>
              ${columns.map((column) => html`<th scope="col">${column.title}</th>`)}
            </tr>
          </thead>
          <tbody>
            ${report.methods
              .filter((summary) => summary.group === group)
              .map(
                (
                  summary,
                ) => html`<tr class=${isChosen(summary.method) ? `chosen ${isFaster(summary) ? 'faster' : ''}` : ''}>
                  <th scope="row">
                    ${unbroken(nameOf(report, summary).title)}${isChosen(summary.method) ? html` <span class="tag">recommended</span>` : null}
                  </th>
                  ${columns.map(({ cell }) => html`<td>${cell(summary)}</td>`)}
                </tr>`,
              )}
          </tbody>
        </table>
      </div>`;
  }

  #failureView(): TemplateResult | null {
    if (!this.failure) return null;
    const { failure, again } = this.failure;
    const act = (remedy: Remedy): void => {
      if (remedy === 'reload-page') location.reload();
      else void this.#attempt(again);
    };
    return failureView('The report is not complete', failure, act);
  }

  /** Does what needs code that may not arrive; then the reader is told, and may try again. */
  async #attempt(work: () => Promise<void>): Promise<void> {
    try {
      await fetchedCode('a part of the report', work);
      if (this.failure?.again === work) this.failure = null;
    } catch (error) {
      this.failure = { failure: describeFailure(error), again: work };
    }
  }

  /** The charting library is fetched when there is something to draw. */
  #draw = async (): Promise<void> => {
    const { report } = this;
    if (!report) return;
    const { speedChart } = await import('./speed-chart.ts');
    if (report !== this.report) return;
    this.#drawnWidth = this.#chartWidth();
    this.chart = speedChart(report, document, this.#drawnWidth);
  };

  #chartWidth(): number {
    return Math.min(widestChart, Math.max(narrowestChart, this.clientWidth));
  }

  async #html(report: PilotReport): Promise<string> {
    const [{ speedChart }, { reportHtml }] = await Promise.all([
      import('./speed-chart.ts'),
      import('../../pilot/render-html.ts'),
    ]);
    return reportHtml(report, speedChart(report, document, savedChartWidth)?.outerHTML ?? null);
  }

  #open = async (): Promise<void> => {
    if (!this.report) return;
    // Opened with the click, before anything is fetched: a browser blocks windows that come later.
    const view = window.open('', '_blank');
    let url: string;
    try {
      url = URL.createObjectURL(new Blob([await this.#html(this.report)], { type: 'text/html' }));
    } catch (error) {
      view?.close();
      throw error;
    }
    if (view) view.location.replace(url);
    // It is read by then; a reload of that page finds nothing, which saving is for.
    setTimeout(() => URL.revokeObjectURL(url), 60_000);
  };

  #saveHtml = async (): Promise<void> => {
    if (this.report) saveFile('pilot.html', 'text/html', await this.#html(this.report));
  };

  #saveMethods = async (): Promise<void> => {
    const { methodsCsv } = await import('../../pilot/render-csv.ts');
    if (this.report) saveFile('pilot-methods.csv', 'text/csv', methodsCsv(this.report));
  };

  #saveRuns = async (): Promise<void> => {
    const { runsCsv } = await import('../../pilot/render-csv.ts');
    if (this.report) saveFile('pilot-runs.csv', 'text/csv', runsCsv(this.report));
  };

  #saveJson = (): void => {
    if (this.report) saveFile('pilot.json', 'application/json', `${JSON.stringify(this.report, null, 1)}\n`);
  };
}

/** Keeps "γ = 4" on one line. */
const unbroken = (text: string): string => text.replaceAll(' = ', '\u00a0=\u00a0');

customElements.define('antiphon-pilot-result', PilotResult);

declare global {
  interface HTMLElementTagNameMap {
    'antiphon-pilot-result': PilotResult;
  }
}
