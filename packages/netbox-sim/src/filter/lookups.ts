import { familyOf, parseNetwork } from '../network/address.js';
import { textOf } from '../store/row.js';
import type { Json } from '../tables/table-shapes.js';

type Test = (cell: Json, wanted: Json) => boolean;

const lower = (value: Json): string => (value === null ? '' : String(value)).toLowerCase();
const onText =
  (test: (cell: string, wanted: string) => boolean): Test =>
  (cell, wanted) =>
    cell !== null && test(lower(cell), lower(wanted));

function pattern(wanted: Json, flags: string): RegExp | null {
  try {
    return new RegExp(String(wanted), flags);
  } catch {
    return null;
  }
}

const order = (cell: Json, wanted: Json): number | null => {
  if (cell === null || wanted === null) return null;
  if (typeof cell === 'number') return cell - Number(wanted);
  const [a, b] = [String(cell), String(wanted)];
  return a < b ? -1 : a > b ? 1 : 0;
};
const ordered =
  (test: (difference: number) => boolean): Test =>
  (cell, wanted) => {
    const difference = order(cell, wanted);
    return difference !== null && test(difference);
  };

const maskOf = (cell: Json): number => parseNetwork(textOf(cell))?.length ?? -1;

/** What each of Django's (and NetBox's) lookups asks of a column; `exact` goes by index instead. */
export const lookups: Readonly<Record<string, Test>> = {
  iexact: onText((cell, wanted) => cell === wanted),
  icontains: onText((cell, wanted) => cell.includes(wanted)),
  istartswith: onText((cell, wanted) => cell.startsWith(wanted)),
  iendswith: onText((cell, wanted) => cell.endsWith(wanted)),
  regex: (cell, wanted) => cell !== null && (pattern(wanted, '')?.test(String(cell)) ?? false),
  iregex: (cell, wanted) => cell !== null && (pattern(wanted, 'i')?.test(String(cell)) ?? false),
  lt: ordered((difference) => difference < 0),
  lte: ordered((difference) => difference <= 0),
  gt: ordered((difference) => difference > 0),
  gte: ordered((difference) => difference >= 0),
  contains: (cell, wanted) => Array.isArray(cell) && cell.includes(wanted),
  range_contains: (cell, wanted) =>
    Array.isArray(cell) &&
    cell.some(
      (range) => Array.isArray(range) && Number(range[0]) <= Number(wanted) && Number(wanted) <= Number(range[1]),
    ),
  family: (cell, wanted) => cell !== null && familyOf(String(cell)) === Number(wanted),
  net_mask_length: (cell, wanted) => maskOf(cell) === Number(wanted),
  net_mask_length__gte: (cell, wanted) => maskOf(cell) >= Number(wanted),
  net_mask_length__lte: (cell, wanted) => maskOf(cell) !== -1 && maskOf(cell) <= Number(wanted),
};
