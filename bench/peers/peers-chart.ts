import * as Plot from '@observablehq/plot';
import { parseHTML } from 'linkedom';
import type { PeerRow } from './peer-rows.ts';
import { type StepPart, type StepPhases, stepParts, stepPartsInWords } from './step-phases.ts';

/*
 * Two panels below one another: tokens per second of every engine, and the parts of Antiphon's step. Models and
 * contexts differ by orders of magnitude, so both panels show shares: of the fastest engine, and of the step.
 */

const width = 860;
/** Left of the bars: names of the rows. Right of them: the numbers. */
const margins = { marginLeft: 270, marginRight: 150, marginTop: 4, marginBottom: 26 };
const rowHeight = 22;
const titleHeight = 30;

/** Text follows the reader's scheme; the bars have contrast on both grounds. */
const style = `
  .chart { color: #1f2328; background: #ffffff; font-family: system-ui, sans-serif; }
  .chart svg { font-size: 12px; }
  .chart .ours { fill: #3d6fd9; }
  .chart .theirs { fill: #9aa1ab; }
  @media (prefers-color-scheme: dark) {
    .chart { color: #e6edf3; background: #0d1117; }
    .chart .ours { fill: #6e9bff; }
    .chart .theirs { fill: #78818c; }
  }
`;

const partColours: Readonly<Record<StepPart, string>> = {
  forward: '#4c7de0',
  readback: '#c2571a',
  sample: '#2f9e6e',
  text: '#a65bc4',
  loop: '#c9a227',
  page: '#808891',
};

/** A bar, or a heading, which has neither length nor number. */
interface BarRow {
  readonly key: string;
  readonly label: string;
  readonly isHeading: boolean;
}

/** The comparison as an SVG document. */
export function peersChart(rows: readonly PeerRow[], phases: readonly StepPhases[]): string {
  const panels = [
    { title: 'Tokens per second: share of the fastest engine on the same prompts', svg: speedPanel(rows) },
    { title: 'Parts of a step of Antiphon', svg: phasesPanel(phases), legend: legendOfParts() },
  ];
  let top = 0;
  const parts = panels.map(({ title, svg, legend }) => {
    const titleAt = top + 20;
    top += titleHeight;
    const legendAt = top;
    if (legend) top += 20;
    svg.setAttribute('y', String(top));
    top += Number(svg.getAttribute('height'));
    return [
      `<text x="12" y="${titleAt}" font-size="14" font-weight="600" fill="currentColor">${title}</text>`,
      ...(legend ? [`<g transform="translate(12,${legendAt})">${legend}</g>`] : []),
      svg.outerHTML,
    ].join('\n');
  });
  return `<svg xmlns="http://www.w3.org/2000/svg" class="chart" width="${width}" height="${top}" viewBox="0 0 ${width} ${top}">
<style>${style}</style>
${parts.join('\n')}
</svg>
`;
}

function speedPanel(rows: readonly PeerRow[]): SVGElement {
  const groupOf = ({ section, promptTokens }: PeerRow): string =>
    `${section}, prompt of ${promptTokens} tokens`;
  const bars = [...new Set(rows.map(groupOf))].flatMap((group) => {
    const own = rows.filter((row) => groupOf(row) === group);
    const fastest = Math.max(...own.map(({ tokensPerSecond }) => tokensPerSecond?.median ?? 0));
    return [
      { key: group, label: group, isHeading: true, isOurs: false, share: 0, number: '' },
      ...own.map(({ name, speedRatio, tokensPerSecond }) => ({
        key: `${group}: ${name}`,
        label: name,
        isHeading: false,
        isOurs: speedRatio === null && tokensPerSecond !== null,
        share: (tokensPerSecond?.median ?? 0) / fastest,
        number: tokensPerSecond ? `${tokensPerSecond.median.toFixed(1)} tokens/s` : 'failed',
      })),
    ];
  });
  const barsOf = (isOurs: boolean, className: string): Plot.Markish =>
    Plot.barX(
      bars.filter((bar) => !bar.isHeading && bar.isOurs === isOurs),
      { x: 'share', y: 'key', className, insetTop: 2, insetBottom: 2 },
    );
  return panel(bars, [
    barsOf(true, 'ours'),
    barsOf(false, 'theirs'),
    Plot.text(bars, { x: 'share', y: 'key', text: 'number', textAnchor: 'start', dx: 6 }),
  ]);
}

function phasesPanel(phases: readonly StepPhases[]): SVGElement {
  const bars = phases.map(({ section, promptTokens, msPerToken }) => ({
    key: `${section}, ${promptTokens}`,
    label: `${section}, prompt of ${promptTokens}`,
    isHeading: false,
    // A part below 0 is noise of two clocks; a bar cannot show it.
    parts: stepParts.map((part) => ({ part, ms: Math.max(0, msPerToken[part]) })),
  }));
  const shares = bars.flatMap(({ key, parts }) => {
    const sumMs = parts.reduce((sum, { ms }) => sum + ms, 0);
    return parts.map(({ part, ms }) => ({ key, part, share: ms / sumMs }));
  });
  const numbers = bars.map(({ key, parts }) => ({
    key,
    number: `${parts.reduce((sum, { ms }) => sum + ms, 0).toFixed(2)} ms a token`,
  }));
  return panel(bars, [
    Plot.barX(shares, {
      x: 'share',
      y: 'key',
      fill: ({ part }: { readonly part: StepPart }) => partColours[part],
      insetTop: 2,
      insetBottom: 2,
    }),
    Plot.text(numbers, { x: 1, y: 'key', text: 'number', textAnchor: 'start', dx: 6 }),
  ]);
}

function panel(rows: readonly BarRow[], marks: readonly Plot.Markish[]): SVGElement {
  const { document } = parseHTML('<!doctype html><html><body></body></html>');
  const left = (isHeading: boolean, fontWeight: number): Plot.Markish =>
    Plot.text(
      rows.filter((row) => row.isHeading === isHeading),
      {
        y: 'key',
        text: 'label',
        textAnchor: 'start',
        frameAnchor: 'left',
        fontWeight,
        dx: (isHeading ? 12 : 24) - margins.marginLeft,
      },
    );
  return Plot.plot({
    document: document as unknown as Document,
    width,
    height: rows.length * rowHeight + margins.marginTop + margins.marginBottom,
    ...margins,
    x: {
      domain: [0, 1],
      percent: false,
      tickFormat: (share: number) => `${100 * share} %`,
      label: null,
      ticks: 5,
    },
    y: { domain: rows.map(({ key }) => key), axis: null, padding: 0 },
    marks: [...marks, left(true, 600), left(false, 400)],
  }) as SVGElement;
}

function legendOfParts(): string {
  return stepParts
    .map(
      (part, index) =>
        `<g transform="translate(${index * 130},0)"><rect width="12" height="12" y="2" fill="${partColours[part]}"/>` +
        `<text x="18" y="12" font-size="12" fill="currentColor">${stepPartsInWords[part]}</text></g>`,
    )
    .join('');
}
