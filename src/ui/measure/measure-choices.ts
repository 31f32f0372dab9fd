import { bundledPlan, type MeasurePlan, planFor } from '../../measure/measure-plan.ts';
import type { TeamCatalogue } from '../page/catalogue/team-catalogue.ts';

/** Models that can be measured with one choice. */
export interface MeasureChoice {
  readonly id: string;
  readonly title: string;
  /** Known before the download; 0 for models that come with the page. */
  readonly downloadBytes: number;
  readonly plan: MeasurePlan;
}

export const bundledChoice: MeasureChoice = {
  id: 'bundled',
  title: 'The story models of this page',
  downloadBytes: 0,
  plan: bundledPlan,
};

/** One file for both backends, so that they compute the same. */
const dtype = 'q4';

/** The catalogue's teams whose models are downloaded; one choice for teams of the same models. */
export function teamChoices({ families }: TeamCatalogue): readonly MeasureChoice[] {
  const choices = new Map<string, MeasureChoice>();
  for (const { title: family, models, teams } of families) {
    for (const { id, title, members } of teams) {
      const own = models.filter(({ model }) => members.some((member) => member.model === model));
      const weights = own.map((model) => model.weights.find((one) => one.dtype === dtype));
      if (own.some(({ source }) => source === 'bundled') || weights.some((one) => !one)) continue;
      const names = own.map(({ model }) => `${model}:${dtype}`);
      if (choices.has(names.join())) continue;
      choices.set(names.join(), {
        ...{ id, title: `${family}: ${title}`, plan: planFor(names) },
        downloadBytes: weights.reduce((sum, one) => sum + (one?.bytes ?? 0), 0),
      });
    }
  }
  return [...choices.values()];
}

/** Names that a reader has written, separated by spaces, commas or lines. */
export const namesIn = (text: string): readonly string[] => [
  ...new Set(text.split(/[\s,]+/).filter((name) => name !== '')),
];
