/** `vm_interface` → `vminterface`, as NetBox names the model. */
export function modelKey(snake: string): string {
  return snake.replaceAll('_', '');
}

/** int64 → number; what a double cannot hold stays text, so that NetBox refuses it instead of taking another number. */
export function wholeNumber(value: bigint): number | string {
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : String(value);
}

/** NaN and the infinities stay text: as JSON they would become `null`, which clears. */
export function realNumber(value: number): number | string {
  return Number.isFinite(value) ? value : String(value);
}
