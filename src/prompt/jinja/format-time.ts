import { TemplateFault } from './template-errors.ts';

const weekdays = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'];
const months = [
  'January',
  'February',
  'March',
  'April',
  'May',
  'June',
  'July',
  'August',
  'September',
  'October',
  'November',
  'December',
];

/** A time as `strftime` of Python writes it in English. */
export function formatTime(format: string, time: Date): string {
  return format.replace(/%(-?)(.|$)/gs, (directive, dash: string, letter: string) => {
    const parts = partOf(letter, time);
    if (parts === null) throw new TemplateFault(`the format ${directive} of a time is not supported here`);
    return typeof parts === 'string'
      ? parts
      : dash
        ? String(parts[0])
        : String(parts[0]).padStart(parts[1], '0');
  });
}

/** A text, or a number and how many digits it is filled up to. */
function partOf(letter: string, time: Date): string | readonly [number, number] | null {
  const weekday = weekdays[time.getDay()]!;
  const month = months[time.getMonth()]!;
  switch (letter) {
    case 'Y':
      return [time.getFullYear(), 1];
    case 'y':
      return [time.getFullYear() % 100, 2];
    case 'm':
      return [time.getMonth() + 1, 2];
    case 'd':
      return [time.getDate(), 2];
    case 'e':
      return String(time.getDate()).padStart(2);
    case 'H':
      return [time.getHours(), 2];
    case 'I':
      return [time.getHours() % 12 || 12, 2];
    case 'M':
      return [time.getMinutes(), 2];
    case 'S':
      return [time.getSeconds(), 2];
    case 'f':
      return [time.getMilliseconds() * 1000, 6];
    case 'j':
      return [dayOfYear(time), 3];
    case 'p':
      return time.getHours() < 12 ? 'AM' : 'PM';
    case 'A':
      return weekday;
    case 'a':
      return weekday.slice(0, 3);
    case 'B':
      return month;
    case 'b':
    case 'h':
      return month.slice(0, 3);
    case 'w':
      return [time.getDay(), 1];
    case 'u':
      return [time.getDay() || 7, 1];
    case 'F':
      return formatTime('%Y-%m-%d', time);
    case 'T':
    case 'X':
      return formatTime('%H:%M:%S', time);
    case 'D':
    case 'x':
      return formatTime('%m/%d/%y', time);
    case 'R':
      return formatTime('%H:%M', time);
    case 'c':
      return formatTime('%a %b %e %H:%M:%S %Y', time);
    case 's':
      return String(Math.floor(time.getTime() / 1000));
    // Python's time has no zone.
    case 'z':
    case 'Z':
      return '';
    case 'n':
      return '\n';
    case 't':
      return '\t';
    case '%':
      return '%';
    default:
      return null;
  }
}

function dayOfYear(time: Date): number {
  const day = Date.UTC(time.getFullYear(), time.getMonth(), time.getDate());
  return (day - Date.UTC(time.getFullYear(), 0, 0)) / 86_400_000;
}
