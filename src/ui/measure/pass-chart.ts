import * as Plot from '@observablehq/plot';
import { growthOf, placeText } from '../../measure/conclusions.ts';
import type { MeasuredBackend, Measurement } from '../../measure/measurement.ts';
import { describedChart } from '../kit/described-chart.ts';

const facetHeight = 230;
const margins = { marginLeft: 40, marginRight: 14, marginTop: 30, marginBottom: 42 };

/** Follows the reader's scheme through custom properties where the page has them. */
const style = `
  .pass-chart { color: var(--ink, #211e1a); background: var(--sheet, #fffefb); font: 12px system-ui, sans-serif; overflow: visible; }
  .pass-chart .guide { stroke: var(--edge, #8d8475); }
  .pass-chart .guide-text { fill: var(--ink-soft, #625b50); stroke: none; }
  .pass-chart .place { font-weight: 600; stroke: none; }
  .pass-chart .model-0 { --line: var(--member-a, #1d5fa6); }
  .pass-chart .model-1 { --line: var(--member-b, #a8460a); }
  .pass-chart .model-2 { --line: var(--member-c, #84348f); }
  .pass-chart .model-3 { --line: var(--member-d, #4d6a0c); }
  .pass-chart .line { stroke: var(--line); }
  .pass-chart .point, .pass-chart .name { fill: var(--line); stroke: none; }
`;

const dashes = ['none', '7 4', '2 4', '10 3 2 3'] as const;
const maxLines = dashes.length;

/**
 * t(k) ÷ t(1) of each model, a panel for each backend: a flat line is bound by memory, the diagonal by arithmetic.
 * @param width in CSS pixels
 * @returns null where nothing was measured
 */
export function passChart(measurement: Measurement, document: Document, width: number): SVGElement | null {
  const panels = measurement.backends.filter((one): one is MeasuredBackend => one.outcome === 'measured');
  const points = panels.flatMap((panel) =>
    panel.models
      .filter(({ backend }) => backend === panel.backend)
      .slice(0, maxLines)
      .flatMap((model, line) =>
        growthOf(model).map(({ tokens, ratio }) => ({
          ...{ panel: panel.backend, line, title: model.title, tokens, ratio },
        })),
      ),
  );
  if (points.length === 0) return null;
  const places = panels.map((panel) => ({ panel: panel.backend, text: placeText(panel, 'in software') }));
  const names = points.filter(({ tokens }) => tokens === 1);
  const lines = [...new Set(points.map(({ line }) => line))];
  const top = Math.max(10, ...points.map(({ ratio }) => ratio));
  const svg = Plot.plot({
    document,
    className: 'pass-chart',
    width,
    height: panels.length * facetHeight + margins.marginTop + margins.marginBottom,
    ...margins,
    fy: { domain: panels.map(({ backend }) => backend), axis: null, padding: 0.16 },
    x: { domain: [1, 9] },
    y: { domain: [0, top], ticks: 5, label: null },
    marks: [
      Plot.axisX({
        ticks: 9,
        tickFormat: String,
        label: 'tokens in one call, k',
        labelAnchor: 'center',
        labelArrow: 'none',
      }),
      Plot.line(
        [
          [1, 1],
          [9, 9],
        ],
        { className: 'guide', strokeDasharray: '1 4', strokeLinecap: 'round' },
      ),
      Plot.line(
        [
          [1, 1],
          [9, 1],
        ],
        { className: 'guide', strokeDasharray: '1 4', strokeLinecap: 'round' },
      ),
      Plot.text([{ x: 9, y: 1, text: 'bound by memory' }], {
        ...{ x: 'x', y: 'y', text: 'text', className: 'guide-text', textAnchor: 'end', dy: 10 },
      }),
      Plot.text([{ x: 9, y: 9, text: 'bound by arithmetic' }], {
        ...{ x: 'x', y: 'y', text: 'text', className: 'guide-text', textAnchor: 'end', dy: -9 },
      }),
      Plot.text(places, {
        ...{
          fy: 'panel',
          text: 'text',
          className: 'place',
          frameAnchor: 'top-left',
          dy: -18,
        },
      }),
      ...lines.flatMap((line) => {
        const className = (part: string): string => `model-${line} ${part}`;
        const own = { fy: 'panel', x: 'tokens', y: 'ratio' } as const;
        const ofLine = points.filter((point) => point.line === line);
        return [
          Plot.line(ofLine, {
            ...own,
            className: className('line'),
            strokeWidth: 2,
            strokeDasharray: dashes[line],
          }),
          Plot.dot(ofLine, { ...own, className: className('point'), r: 2.5 }),
          Plot.text(
            names.filter((point) => point.line === line),
            {
              ...{
                fy: 'panel',
                text: (point: (typeof names)[number]) => `${lineMarks[line]} ${point.title}`,
              },
              ...{ className: className('name'), frameAnchor: 'top-left', dx: 8, dy: 4 + 16 * line },
            },
          ),
        ];
      }),
    ],
  }) as SVGElement;
  return describedChart(svg, style, `Time of a call over k tokens ÷ time over one. ${inWords(panels)}`);
}

/** Beside a model's name: its line. */
const lineMarks = ['──', '─ ─', '· ·', '─ ·'] as const;

const inWords = (panels: readonly MeasuredBackend[]): string =>
  panels
    .map((panel) => {
      const models = panel.models.flatMap((model) => {
        const last = growthOf(model).at(-1);
        return last ? [`${model.title} ${last.ratio.toFixed(1)} at ${last.tokens} tokens`] : [];
      });
      return `${placeText(panel)}: ${models.join(', ')}`;
    })
    .join('; ');
