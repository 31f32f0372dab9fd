import type { MeasuredSpeedUp } from '../speed/speed-up.ts';
import { isRecommended, nameOf, type PilotReport } from './report.ts';

/** A method in the chart of speed-ups, or the heading of a group. */
export type ChartRow =
  | { readonly kind: 'heading'; readonly key: string; readonly label: string }
  | {
      readonly kind: 'method';
      readonly key: string;
      readonly label: string;
      readonly speedUp: MeasuredSpeedUp;
      readonly ratios: readonly number[];
      readonly isRecommended: boolean;
    };

/** What there is to draw, in the order of the plan; a single group needs no heading. */
export function chartRows(report: PilotReport): readonly ChartRow[] {
  const { plan, methods } = report;
  return plan.groups.flatMap(({ title }, group) => {
    const rows = methods.flatMap((summary): ChartRow[] =>
      summary.group === group && summary.speedUp
        ? [
            {
              kind: 'method',
              key: `${group} ${summary.method}`,
              label: nameOf(report, summary).title,
              speedUp: summary.speedUp,
              ratios: summary.speedUps.map(({ ratio }) => ratio),
              isRecommended: isRecommended(report, summary),
            },
          ]
        : [],
    );
    if (rows.length === 0 || plan.groups.length === 1) return rows;
    return [{ kind: 'heading', key: String(group), label: title }, ...rows];
  });
}
