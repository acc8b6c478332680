/** Node's own HTTP client is the one that libraries share, in whatever order files are run: see src/parley.js. */
void globalThis.Headers
