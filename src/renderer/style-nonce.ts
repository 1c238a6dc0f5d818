// The library that keeps the page behind a dialog from scrolling inserts a style element. It takes the nonce of the
// content policy from this global, the only way in that it shares with its callers.
globalThis.__webpack_nonce__ = document.querySelector<HTMLMetaElement>('meta[name="csp-nonce"]')?.nonce
