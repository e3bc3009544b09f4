/** `did you mean "devices"?` for a word that is near one of those known; null when none is near. */
export function didYouMean(word: string, known: Iterable<string>): string | null {
  const nearest = nearestWord(word, known);
  return nearest === null ? null : `did you mean "${nearest}"?`;
}

/** The known word nearest to one that is not known; null when none is near. */
export function nearestWord(word: string, known: Iterable<string>): string | null {
  const written = word.toLowerCase();
  const furthest = Math.max(1, Math.floor(written.length / 3));
  let best: { readonly word: string; readonly distance: number } | null = null;
  for (const candidate of known) {
    if (Math.abs(candidate.length - written.length) > furthest) continue;
    const distance = editDistance(written, candidate.toLowerCase());
    if (distance <= furthest && (best === null || distance < best.distance)) best = { word: candidate, distance };
  }
  return best?.word ?? null;
}

/** Optimal string alignment: insertions, deletions, replacements and swaps of neighbours. */
function editDistance(a: string, b: string): number {
  let twoBack: number[] = [];
  let oneBack = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i += 1) {
    const row = [i];
    for (let j = 1; j <= b.length; j += 1) {
      const cost = a[i - 1] === b[j - 1] ? 0 : 1;
      let least = Math.min((oneBack[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1, (oneBack[j - 1] ?? 0) + cost);
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) {
        least = Math.min(least, (twoBack[j - 2] ?? 0) + 1);
      }
      row.push(least);
    }
    twoBack = oneBack;
    oneBack = row;
  }
  return oneBack[b.length] ?? 0;
}
