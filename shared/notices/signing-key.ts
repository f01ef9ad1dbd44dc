/**
 * What a key of Standard Webhooks looks like: 24 to 64 bytes in base64.
 * https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md#signature-scheme
 */
export const SIGNING_KEY = /^whsec_[A-Za-z0-9+/]{32,88}={0,2}$/;
