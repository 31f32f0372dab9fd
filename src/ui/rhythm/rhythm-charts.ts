import {
  css,
  html,
  LitElement,
  type PropertyDeclarations,
  type PropertyValues,
  type TemplateResult,
  unsafeCSS,
} from 'lit';
import uPlot from 'uplot';
import plotStyle from 'uplot/dist/uPlot.min.css?inline';
import { memberClass, memberStyle } from '../kit/member-style.ts';
import { theme } from '../kit/theme.ts';
import { ReadingPace } from '../numbers/reading-pace.ts';
import type { CastMember } from '../story/cast.ts';
import {
  type Chart,
  type ChartLine,
  chartHeight,
  chartsOf,
  lineWords,
  plotOptions,
} from './chart-options.ts';
import { PictureSchedule } from './picture-schedule.ts';
import { RhythmSeries } from './rhythm-series.ts';
import type { TimeWindow } from './timeline-position.ts';

/**
 * Acceptance rate, draft lengths and speed over the time of the whole run, with the timeline's window marked in each.
 * Marking another part fires `window-chosen` with `{ fromMs, toMs }`. Loaded apart: the library is for this alone.
 */
export class RhythmCharts extends LitElement {
  static override properties: PropertyDeclarations = {
    series: { attribute: false },
    revision: { attribute: false },
    cast: { attribute: false },
    proposers: { attribute: false },
    window: { attribute: false },
  };
  declare series: RhythmSeries;
  /** Changes with the series, which grow in place. */
  declare revision: number;
  declare cast: readonly CastMember[];
  /** Members that have proposed something. */
  declare proposers: readonly number[];
  /** What the timeline shows. */
  declare window: TimeWindow;

  readonly #plots = new Map<Chart['key'], uPlot>();
  readonly #schedule = new PictureSchedule(this, { paint: () => this.#draw() });
  readonly #pace = new ReadingPace();
  #shownProposers = '';

  static override styles = [
    unsafeCSS(plotStyle),
    theme,
    memberStyle,
    css`
      .charts {
        display: grid;
        grid-template-columns: repeat(auto-fit, minmax(min(100%, 12.5rem), 1fr));
        gap: 1.25rem 1.5rem;
      }
      /* Caption, picture and words of neighbours stand at one height, whichever of them wraps. */
      figure {
        display: grid;
        grid-row: span 3;
        grid-template-rows: subgrid;
        grid-template-columns: minmax(0, 1fr);
        row-gap: 0;
        align-items: start;
        margin: 0;
      }
      figcaption {
        display: flex;
        flex-wrap: wrap;
        align-items: baseline;
        justify-content: space-between;
        gap: 0 0.4rem;
        font-size: 0.875rem;
      }
      figcaption .hint {
        font-size: 0.75rem;
      }
      /* A picture is drawn anew a moment after its place has become narrower. */
      .plot {
        overflow: hidden;
      }
      i {
        display: inline-block;
        font: 400 0.8125rem / 1 var(--sans);
        white-space: pre;
        margin-inline-end: 0.4rem;
        /* As the lines of the story: a border has no waves. */
        text-decoration: underline var(--pattern) 2px var(--member);
        text-underline-offset: 0.2em;
        text-decoration-skip-ink: none;
      }
      .u-select {
        border-radius: 3px;
        background: color-mix(in srgb, var(--accent) 14%, transparent);
      }
      .u-hz .u-cursor-x {
        border-color: var(--edge);
      }
    `,
  ];

  constructor() {
    super();
    this.series = new RhythmSeries();
    this.revision = 0;
    this.cast = [];
    this.proposers = [];
    this.window = { fromMs: 0, toMs: 0 };
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#removePlots();
  }

  protected override async scheduleUpdate(): Promise<void> {
    await this.#pace.turn();
    await super.scheduleUpdate();
  }

  override render(): TemplateResult {
    return html`<div class="charts">
      ${chartsOf(this.series, this.proposers).map(
        (chart) => html`<figure>
          <figcaption><span>${chart.title}</span><span class="hint">${chart.over}</span></figcaption>
          <div class="plot" data-key=${chart.key} aria-hidden="true"></div>
          <div>
            ${chart.lines.map((line) => html`<p class="hint">${this.#swatch(line)}${lineWords(line, chart, this.cast)}</p>`)}
          </div>
        </figure>`,
      )}
    </div>`;
  }

  override updated(changed: PropertyValues<this>): void {
    const proposers = this.proposers.join();
    if (changed.has('series') || proposers !== this.#shownProposers) this.#removePlots();
    this.#shownProposers = proposers;
  }

  #swatch({ member }: ChartLine): TemplateResult | null {
    return member === null ? null : html`<i class=${memberClass(member)} aria-hidden="true">       </i>`;
  }

  #draw(): void {
    if (this.series.seconds.length === 0) return;
    // All widths are read before anything is drawn: the page is laid out once.
    const places = chartsOf(this.series, this.proposers).flatMap((chart) => {
      const place = this.renderRoot.querySelector<HTMLElement>(`[data-key='${chart.key}']`);
      return place ? [{ chart, place, width: place.clientWidth }] : [];
    });
    for (const { chart, place, width } of places) {
      if (width === 0) continue;
      const data: uPlot.AlignedData = [this.series.seconds, ...chart.lines.map(({ values }) => [...values])];
      const plot = this.#plots.get(chart.key) ?? this.#createPlot(chart, place, width);
      if (plot.width !== width) plot.setSize({ width, height: chartHeight });
      plot.setData(data);
    }
  }

  #createPlot(chart: Chart, place: HTMLElement, width: number): uPlot {
    const options = plotOptions({
      chart,
      width,
      palette: () => this.#schedule.palette,
      choose: (fromSeconds, toSeconds) =>
        this.#choose({ fromMs: 1000 * fromSeconds, toMs: 1000 * toSeconds }),
      syncKey: 'antiphon-rhythm',
    });
    // A plot knows its scales and sizes when it has drawn.
    const hooks = { draw: [(drawn: uPlot) => this.#markWindow(drawn)] };
    const plot = new uPlot({ ...options, hooks }, undefined, place);
    this.#plots.set(chart.key, plot);
    return plot;
  }

  #markWindow(plot: uPlot): void {
    const { fromMs, toMs } = this.window;
    const [width, height] = [plot.bbox.width / uPlot.pxRatio, plot.bbox.height / uPlot.pxRatio];
    const left = Math.max(0, plot.valToPos(fromMs / 1000, 'x'));
    const right = Math.min(width, plot.valToPos(toMs / 1000, 'x'));
    plot.setSelect({ left, width: Math.max(0, right - left), top: 0, height }, false);
  }

  #choose(window: TimeWindow): void {
    this.dispatchEvent(new CustomEvent('window-chosen', { detail: window }));
  }

  #removePlots(): void {
    for (const plot of this.#plots.values()) plot.destroy();
    this.#plots.clear();
  }
}

customElements.define('antiphon-rhythm-charts', RhythmCharts);

declare global {
  interface HTMLElementTagNameMap {
    'antiphon-rhythm-charts': RhythmCharts;
  }
}
