/** Postgres' `natural_sort` collation: digits by their number, then letters. */
export const natural = new Intl.Collator('und', { numeric: true });
