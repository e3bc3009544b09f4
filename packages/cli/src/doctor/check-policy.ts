import { existsSync } from 'node:fs';
import { formatMistakes, loadPolicy } from '@diode/policy';
import { type Finding, failing, fine } from './finding.js';

/** Reads the policy files as a start would: every mistake at once, and what has no effect yet. */
export function checkPolicy(dir: string): readonly Finding[] {
  const check = `policy in ${dir}`;
  if (!existsSync(dir))
    return [failing(check, 'there is no such directory', 'Set DIODE_CONFIG_DIR to the folder with your policies.')];
  const loaded = loadPolicy(dir);
  if (loaded.kind === 'invalid')
    return [
      failing(
        check,
        `${loaded.mistakes.length === 1 ? '1 mistake' : `${loaded.mistakes.length} mistakes`}\n${indent(formatMistakes(loaded.mistakes))}`,
        'Correct these lines; Diode does not start with them.',
      ),
    ];
  const later = loaded.notInForce.length;
  const files = loaded.files.length === 0 ? 'no files, built-in defaults' : `${loaded.files.length} files`;
  const notes = loaded.warnings.map((w) => `\n       note: ${w.file}:${w.line} ${w.key}: ${w.message}`).join('');
  return [
    fine(check, `${files}, ${loaded.rules.length} rules${later > 0 ? `, ${later} keys not in force yet` : ''}${notes}`),
  ];
}

function indent(text: string): string {
  return text
    .split('\n')
    .map((line) => `       ${line}`)
    .join('\n');
}
