import type { SettingVerbs } from '@diode/store';

export type Mode = 'write' | 'observe';

const MODE = 'mode';
const VARIABLE = 'mode_variable';

/**
 * Whether Diode writes to NetBox. The latest word counts: `DIODE_MODE` when it is not what it was at the last start, else what `diode go-live` (or
 * its opposite) said. Kept in Postgres, so that every reconciler follows within one batch.
 */
export interface ModeSwitch {
  /** Takes the variable in; called once at start. */
  begin(variable: Mode): Promise<Mode>;
  get(): Promise<Mode>;
  set(mode: Mode): Promise<void>;
}

export function makeModeSwitch(store: SettingVerbs): ModeSwitch {
  const read = async (): Promise<Mode | null> => {
    const value = await store.getSetting(MODE);
    return value === 'write' || value === 'observe' ? value : null;
  };
  return {
    async begin(variable) {
      const known = await read();
      if (known !== null && (await store.getSetting(VARIABLE)) === variable) return known;
      await store.putSetting(MODE, variable);
      await store.putSetting(VARIABLE, variable);
      return variable;
    },
    get: async () => (await read()) ?? 'observe',
    set: (mode) => store.putSetting(MODE, mode),
  };
}
