import { alternateSchedule } from './alternate-schedule.ts';
import { blackBoxSchedule } from './black-box-schedule.ts';
import { naiveSchedule } from './naive-schedule.ts';
import type { Ensemble, Schedule } from './schedule.ts';

/** Schedules of several members that propose and verify, so that their forwards depend on verdicts. */
export const verifyingSchedules = {
  alternate: alternateSchedule,
  naive: naiveSchedule,
  'black-box': blackBoxSchedule,
} satisfies Record<string, (ensemble: Ensemble) => Schedule>;

export type VerifyingScheduleKind = keyof typeof verifyingSchedules;
