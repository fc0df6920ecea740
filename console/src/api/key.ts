/** A key of one intention: made before the first try and sent with each, so that a second try does nothing twice. */
export function intention(): { 'Idempotency-Key': string } {
  return { 'Idempotency-Key': crypto.getRandomValues(new Uint32Array(4)).join('-') }
}
