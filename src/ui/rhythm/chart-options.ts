import uPlot from 'uplot';
import { decimalText, percentText } from '../kit/number-text.ts';
import { memberColour, memberDash, type RhythmPalette } from './rhythm-palette.ts';
import { type RhythmSeries, roundsInView, verdictsInView } from './rhythm-series.ts';
import { type Letters, letterOf } from './rhythm-words.ts';

type Column = readonly (number | null)[];

/** One line of a chart. */
export interface ChartLine {
  /** The member it belongs to; null for all together. */
  readonly member: number | null;
  readonly values: Column;
}

/** One chart: what it shows and how it says so. */
export interface Chart {
  readonly key: 'acceptance' | 'draft-length' | 'speed';
  readonly title: string;
  readonly over: string;
  readonly lines: readonly ChartLine[];
  readonly valueText: (value: number | null) => string;
  /** Upper end of the scale; the lower is 0. */
  readonly top: (highest: number) => number;
  readonly isStepped: boolean;
}

/**
 * The charts that have something to show: without proposals there is only the speed, and a draft length that never
 * changes is a flat line, which the form says already.
 */
export function chartsOf(series: RhythmSeries, proposers: readonly number[]): readonly Chart[] {
  const acceptance: Chart = {
    key: 'acceptance',
    title: 'Acceptance rate',
    over: `last ${verdictsInView} verdicts`,
    lines: [{ member: null, values: series.acceptanceRate }],
    valueText: (value) => percentText(value),
    top: () => 1,
    isStepped: false,
  };
  const draftLength: Chart = {
    key: 'draft-length',
    title: 'Draft length γ',
    over: 'each round',
    lines: proposers.map((member) => ({ member, values: series.draftLengths[member] ?? [] })),
    valueText: (value) => decimalText(value, 0),
    top: (highest) => Math.max(2, highest + 1),
    isStepped: true,
  };
  const speed: Chart = {
    key: 'speed',
    title: 'Tokens a second',
    over: `last ${roundsInView} rounds`,
    lines: [{ member: null, values: series.tokensPerSecond }],
    valueText: (value) => decimalText(value, 0),
    top: (highest) => 1.15 * Math.max(1, highest),
    isStepped: false,
  };
  const charts = proposers.length > 0 ? [acceptance, draftLength, speed] : [speed];
  return charts.filter(({ key, lines }) => {
    const shown = lines.map(({ values }) => values.filter((value) => value !== null));
    return shown.some((values) => values.some((value) => key !== 'draft-length' || value !== values[0]));
  });
}

/** A line's latest value, and between which it was. */
export function lineWords({ member, values }: ChartLine, { valueText }: Chart, cast: Letters): string {
  const known = values.filter((value) => value !== null);
  if (known.length === 0) return '';
  const whose = member === null ? '' : `${letterOf(cast, member)} `;
  const [lowest, highest] = known.reduce(
    ([low, high], value) => [Math.min(low, value), Math.max(high, value)],
    [known[0], known[0]],
  );
  const now = `${whose}now ${valueText(known[known.length - 1])}`;
  return lowest === highest ? now : `${now}, ${valueText(lowest)} to ${valueText(highest)} so far`;
}

export const chartHeight = 124;

/** @param choose told when the reader has marked a part of the time, in seconds */
export function plotOptions(parts: {
  readonly chart: Chart;
  readonly width: number;
  readonly palette: () => RhythmPalette;
  readonly choose: (fromSeconds: number, toSeconds: number) => void;
  readonly syncKey: string;
}): uPlot.Options {
  const { chart, width, palette, choose, syncKey } = parts;
  const axis = {
    stroke: () => palette().inkSoft,
    grid: { stroke: () => palette().rule, width: 1 },
    ticks: { show: false },
    font: `11px ${palette().sans}`,
  };
  return {
    width,
    height: chartHeight,
    padding: [8, 14, 0, 0],
    legend: { show: false },
    cursor: {
      sync: { key: syncKey },
      y: false,
      points: { size: 6 },
      drag: { x: true, y: false, setScale: false },
    },
    scales: {
      x: { time: false, range: (_plot, from, to) => [Math.min(0, from ?? 0), to ?? 1] },
      y: { range: (_plot, _lowest, highest) => [0, chart.top(highest ?? 0)] },
    },
    axes: [
      {
        ...axis,
        size: 26,
        gap: 6,
        space: 56,
        grid: { show: false },
        values: (_plot, marks) => marks.map((mark) => `${mark} s`),
      },
      {
        ...axis,
        size: 40,
        gap: 4,
        space: 32,
        incrs: axisSteps(chart),
        values: (_plot, marks) => marks.map(chart.valueText),
      },
    ],
    series: [
      {},
      ...chart.lines.map(({ member }): uPlot.Series => {
        const stepped = uPlot.paths.stepped?.({ align: -1 });
        return {
          stroke: () => (member === null ? palette().accent : memberColour(palette(), member)),
          width: 1.75,
          dash: member === null ? [] : memberDash(member),
          points: { show: false },
          ...(chart.isStepped && stepped ? { paths: stepped } : {}),
        };
      }),
    ],
    hooks: {
      setSelect: [
        (plot) => {
          const { left, width: marked } = plot.select;
          if (marked > 3) choose(plot.posToVal(left, 'x'), plot.posToVal(left + marked, 'x'));
        },
      ],
    },
  };
}

function axisSteps({ key }: Chart): number[] {
  if (key === 'acceptance') return [0.25, 0.5, 1];
  return [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000];
}
