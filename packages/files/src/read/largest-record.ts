/**
 * Bytes of a line, a row or a text file, at most. What is longer is no record: the service takes 2 MB in a request. It
 * may be a file of another kind, or a quote that is not closed.
 */
export const LARGEST_RECORD = 64 * 1024 * 1024
