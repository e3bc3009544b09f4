/** The device every ingest measurement sends: about 220 bytes of JSON. */
export function device(n: number): {
  name: string;
  device_type: string;
  site: string;
  serial: string;
  role: string;
  custom_fields: Record<string, boolean>;
} {
  return {
    name: `bench-${n}`,
    device_type: 'Cisco Catalyst 9300',
    site: 'DC1',
    serial: `FCW${String(n).padStart(8, '0')}`,
    role: 'access',
    custom_fields: { intent_managed: true, automation_enabled: false },
  };
}

export const SINGLE_BODY = JSON.stringify({ source: 'bench', data: device(1) });
