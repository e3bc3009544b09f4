/**
 * The Authorization header for a NetBox token. Tokens of version 2 (NetBox 4.5) start with `nbt_` and take `Bearer`; 4.4 and earlier accept
 * only `Token`, and later ones take it for version 1 (facts/netbox.md §3 "Auth").
 */
export function authorization(token: string): string {
  return token.startsWith('nbt_') ? `Bearer ${token}` : `Token ${token}`;
}
