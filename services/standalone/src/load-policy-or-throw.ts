import { existsSync } from 'node:fs';
import { formatMistakes, type LoadedPolicy, loadPolicy } from '@diode/policy';
import { DiodeError } from '@diode/protocol';
import type { Logger } from '@diode/runtime';

/** The policy of a directory; says what is not in force yet. @throws DiodeError policy_invalid with every mistake at once, config_invalid without the directory */
export function loadPolicyOrThrow(dir: string, logger: Logger): LoadedPolicy {
  if (!existsSync(dir)) throw noDirectory(dir);
  const loaded = loadPolicy(dir);
  if (loaded.kind === 'invalid') {
    throw new DiodeError('policy_invalid', {
      detail: formatMistakes(loaded.mistakes),
      errors: loaded.mistakes.map((m) => ({
        pointer: `/${m.file}`,
        code: 'policy_invalid',
        detail: `${m.file}:${m.line}:${m.column} ${m.key}: ${m.message}`,
        remedy: m.suggestion ?? 'Correct the file and start again.',
      })),
    });
  }
  for (const warning of loaded.warnings)
    logger.warn({ file: warning.file, line: warning.line, key: warning.key }, warning.message);
  if (loaded.notInForce.length > 0) {
    logger.info(
      { keys: loaded.notInForce.map((n) => `${n.file}:${n.line} ${n.key}`) },
      'policy keys that are read and not yet in force',
    );
  }
  return loaded;
}

/** A misspelt directory must not mean the built-in rules: they would write what the operator's rules forbid. */
function noDirectory(dir: string): DiodeError {
  const detail = `there is no directory ${dir} for the policies`;
  const remedy = 'Set DIODE_CONFIG_DIR to the folder with your policies; an empty one means the built-in defaults.';
  return new DiodeError('config_invalid', {
    detail,
    errors: [{ pointer: '/env/DIODE_CONFIG_DIR', code: 'config_invalid', detail, remedy }],
  });
}
