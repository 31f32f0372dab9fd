import * as Plot from '@observablehq/plot';
import { type ChartRow, chartRows } from '../../pilot/chart-rows.ts';
import type { PilotReport } from '../../pilot/report.ts';
import { describedChart } from '../kit/described-chart.ts';

type MethodRow = Extract<ChartRow, { kind: 'method' }>;

const rowHeight = 46;
const margins = { marginLeft: 8, marginRight: 68, marginTop: 8, marginBottom: 44 };

/** Of one method; more would only cover each other, and slow the page down. */
const maxDots = 400;

/** Follows the reader's scheme through custom properties where the page has them. */
const style = `
  .speed-chart { color: var(--ink, #211e1a); background: none; font: 12px system-ui, sans-serif; overflow: visible; }
  .speed-chart .band { stroke: var(--accent, #0a6a60); stroke-opacity: 0.3; }
  .speed-chart .dots { fill: var(--accent, #0a6a60); fill-opacity: 0.6; stroke: none; }
  .speed-chart .median { stroke: var(--ink, #211e1a); }
  .speed-chart .wanted { stroke: var(--danger, #9c2f20); }
  .speed-chart .one { stroke: var(--ink-soft, #625b50); }
`;

/**
 * Speed-up of each method: a dot a text, the middle half as a band, the median as a tick and a number.
 * @param document in which to make it: the page's, or one without a page
 * @param width in CSS pixels
 * @returns null where nothing was compared
 */
export function speedChart(report: PilotReport, document: Document, width: number): SVGElement | null {
  const rows = chartRows(report);
  const methods = rows.filter((row): row is MethodRow => row.kind === 'method');
  if (methods.length === 0) return null;
  const dots = methods.flatMap(({ key, ratios }) => spread(ratios).map((ratio) => ({ key, ratio })));
  const values = [1, report.criteria.minSpeedUp, ...dots.map(({ ratio }) => ratio)];
  const domain = [0.97 * Math.min(0.9, ...values), 1.03 * Math.max(1.2, ...values)] as const;
  const svg = Plot.plot({
    document,
    className: 'speed-chart',
    width,
    height: rows.length * rowHeight + margins.marginTop + margins.marginBottom,
    ...margins,
    x: {
      // Twice as fast lies as far from 1 as half as fast.
      type: 'log',
      domain,
      label: 'times as fast as the reference',
      labelAnchor: 'center',
      labelArrow: 'none',
      labelOffset: 40,
      ticks: ticksIn(domain, width),
      tickFormat: String,
    },
    y: { domain: rows.map(({ key }) => key), axis: null, padding: 0 },
    marks: [
      // In the rows' lower halves: the labels above stay free.
      Plot.tickX(methods, { x: () => 1, y: 'key', insetTop: 20, className: 'one' }),
      Plot.tickX(methods, {
        ...{ x: () => report.criteria.minSpeedUp, y: 'key', insetTop: 20 },
        ...{ className: 'wanted', strokeDasharray: '4 4' },
      }),
      Plot.ruleY(methods, {
        ...{ y: 'key', x1: lowerOf, x2: upperOf, className: 'band' },
        ...{ strokeWidth: 14, dy: 8, strokeLinecap: 'round' },
      }),
      Plot.dot(dots, { x: 'ratio', y: 'key', r: 3, dy: 8, className: 'dots' }),
      Plot.tickX(methods, {
        ...{ x: medianOf, y: 'key', className: 'median', strokeWidth: 2.5 },
        ...{ insetTop: 20, insetBottom: 4 },
      }),
      Plot.text(methods, {
        ...{ y: 'key', text: (row: MethodRow) => `${medianOf(row).toFixed(2)} ×`, dx: 10, dy: 8 },
        ...{ frameAnchor: 'right', textAnchor: 'start', fontWeight: 600 },
      }),
      ...[true, false].map((isRecommended) =>
        Plot.text(
          methods.filter((row) => row.isRecommended === isRecommended),
          {
            ...{ y: 'key', text: (row: MethodRow) => row.label + (isRecommended ? ' – recommended' : '') },
            ...{
              frameAnchor: 'left',
              textAnchor: 'start',
              dy: -12,
              fontWeight: isRecommended ? 600 : 400,
            },
          },
        ),
      ),
      Plot.text(
        rows.filter(({ kind }) => kind === 'heading'),
        {
          y: 'key',
          text: 'label',
          frameAnchor: 'left',
          textAnchor: 'start',
          dy: 8,
          fontWeight: 600,
          fontSize: 13,
        },
      ),
    ],
  }) as SVGElement;
  return describedChart(svg, style, chartInWords(methods));
}

/** All of them, or as many from the lowest to the highest. */
function spread(ratios: readonly number[]): readonly number[] {
  if (ratios.length <= maxDots) return ratios;
  const sorted = ratios.toSorted((left, right) => left - right);
  const step = (sorted.length - 1) / (maxDots - 1);
  return Array.from({ length: maxDots }, (_, index) => sorted[Math.round(index * step)]);
}

const roundRatios = [0.1, 0.25, 0.5, 0.75, 1, 1.25, 1.5, 2, 2.5, 3, 4, 6, 8, 12, 16, 24, 32, 64];

/** 1 and as many others as have room, the finer ones left out first. */
function ticksIn([lowest, highest]: readonly [number, number], width: number): readonly number[] {
  const inSight = roundRatios.filter((ratio) => ratio >= lowest && ratio <= highest);
  const room = Math.max(3, Math.floor(width / 70));
  if (inSight.length <= room) return inSight;
  const step = Math.ceil(inSight.length / room);
  const one = inSight.indexOf(1);
  return inSight.filter((_, index) => (index - one) % step === 0);
}

const lowerOf = ({ quartiles }: MethodRow): number => quartiles.lower;
const upperOf = ({ quartiles }: MethodRow): number => quartiles.upper;
const medianOf = ({ quartiles }: MethodRow): number => quartiles.median;

function chartInWords(methods: readonly MethodRow[]): string {
  return `Median speed-up: ${methods.map((row) => `${row.label} ${medianOf(row).toFixed(2)}`).join('; ')}`;
}
