import type { SettingVerbs } from './contract.js';
import type { Database } from './postgres/database.js';
import { parseJson } from './postgres/json-column.js';
import { GET_SETTING, PUT_SETTING } from './sql/setting.js';

export function makeSettingVerbs(db: Database): SettingVerbs {
  return {
    async getSetting(name) {
      const [row] = await db.query<{ value: string }>(GET_SETTING, [name]);
      return row === undefined ? null : parseJson(row.value);
    },
    async putSetting(name, value) {
      await db.query(PUT_SETTING, [name, Buffer.from(JSON.stringify(value))]);
    },
  };
}
