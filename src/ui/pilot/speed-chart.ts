import * as Plot from '@observablehq/plot';
import { type ChartRow, chartRows } from '../../pilot/chart-rows.ts';
import type { PilotReport } from '../../pilot/report.ts';
import { isFaster, speedUpCell, speedUpDetail } from '../../pilot/report-words.ts';
import { hasEnoughPairs } from '../../speed/speed-up.ts';
import { factorText } from '../../speed/speed-words.ts';
import { describedChart } from '../kit/described-chart.ts';

type MethodRow = Extract<ChartRow, { kind: 'method' }>;

const rowHeight = 60;
/** Above it a row has its words, below it its marks: the words stay free of lines. */
const marksTop = 34;
/** From the middle of a row to that of its marks. */
const marksDown = 17;
const margins = { marginLeft: 8, marginRight: 68, marginTop: 8, marginBottom: 44 };

/** Of one method; more would only cover each other, and slow the page down. */
const maxDots = 400;

/** Follows the reader's scheme through custom properties where the page has them. */
const style = `
  .speed-chart { color: var(--ink, #211e1a); background: none; font: 12px system-ui, sans-serif; overflow: visible; }
  .speed-chart .band { stroke: var(--ink-soft, #625b50); }
  .speed-chart .dots { fill: var(--ink-soft, #625b50); }
  .speed-chart .band-faster { stroke: var(--accent, #0a6a60); }
  .speed-chart .dots-faster { fill: var(--accent, #0a6a60); }
  .speed-chart .detail { fill: var(--ink-soft, #625b50); }
  .speed-chart .median { stroke: var(--ink, #211e1a); }
  .speed-chart .wanted { stroke: var(--danger, #9c2f20); }
  .speed-chart .one { stroke: var(--ink-soft, #625b50); }
`;

/**
 * Speed-up of each method: a dot a text, with range and number of pairs; once there are enough of them, the middle half
 * as a band and the median as a tick and a number. Only methods that are faster have the colour of success.
 * @param document in which to make it: the page's, or one without a page
 * @param width in CSS pixels
 * @returns null where nothing was compared
 */
export function speedChart(report: PilotReport, document: Document, width: number): SVGElement | null {
  const rows = chartRows(report);
  const methods = rows.filter((row): row is MethodRow => row.kind === 'method');
  if (methods.length === 0) return null;
  const named = methods.filter(({ speedUp }) => hasEnoughPairs(speedUp));
  const dots = methods.flatMap((row) => spread(row.ratios).map((ratio) => ({ ...row, ratio })));
  const { minSpeedUp } = report.criteria;
  // A criterion of 0 asks for nothing, and has no place on a logarithmic scale.
  const wanted = minSpeedUp > 0 ? [minSpeedUp] : [];
  const values = [1, ...wanted, ...dots.map(({ ratio }) => ratio)];
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
      Plot.tickX(methods, { x: () => 1, y: 'key', insetTop: marksTop, className: 'one' }),
      ...wanted.map((ratio) =>
        Plot.tickX(methods, {
          ...{ x: () => ratio, y: 'key', insetTop: marksTop },
          ...{ className: 'wanted', strokeDasharray: '4 4' },
        }),
      ),
      ...[false, true].flatMap((faster) => {
        const tone = faster ? '-faster' : '';
        const isToned = (row: MethodRow): boolean => isFaster(row) === faster;
        return [
          Plot.ruleY(named.filter(isToned), {
            ...{ y: 'key', x1: lowerOf, x2: upperOf, className: `band${tone}`, strokeOpacity: 0.3 },
            ...{ strokeWidth: 14, dy: marksDown, strokeLinecap: 'round' },
          }),
          Plot.dot(dots.filter(isToned), {
            ...{
              x: 'ratio',
              y: 'key',
              r: 3,
              stroke: 'none',
              dy: marksDown,
              className: `dots${tone}`,
              fillOpacity: 0.6,
            },
          }),
        ];
      }),
      Plot.tickX(named, {
        ...{ x: medianOf, y: 'key', className: 'median', strokeWidth: 2.5 },
        ...{ insetTop: marksTop, insetBottom: 4 },
      }),
      Plot.text(named, {
        ...{ y: 'key', text: (row: MethodRow) => factorText(medianOf(row)), dx: 10, dy: marksDown },
        ...{ frameAnchor: 'right', textAnchor: 'start', fontWeight: 600 },
      }),
      Plot.text(methods, {
        ...{ y: 'key', text: ({ speedUp }: MethodRow) => speedUpDetail(speedUp), className: 'detail' },
        ...{ frameAnchor: 'left', textAnchor: 'start', dy: -4 },
      }),
      ...[true, false].map((isRecommended) =>
        Plot.text(
          methods.filter((row) => row.isRecommended === isRecommended),
          {
            ...{ y: 'key', text: (row: MethodRow) => row.label + (isRecommended ? ' – recommended' : '') },
            ...{
              frameAnchor: 'left',
              textAnchor: 'start',
              dy: -19,
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

const lowerOf = ({ speedUp }: MethodRow): number => speedUp.lower;
const upperOf = ({ speedUp }: MethodRow): number => speedUp.upper;
const medianOf = ({ speedUp }: MethodRow): number => speedUp.median;

function chartInWords(methods: readonly MethodRow[]): string {
  return `Speed-up: ${methods.map(({ label, speedUp }) => `${label} ${speedUpCell(speedUp)}`).join('; ')}`;
}
