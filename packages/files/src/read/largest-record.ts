/**
 * Most bytes of a line, a row or a text file. The service accepts 2 MB in a request, so anything longer is not a record but
 * a file of another kind, or a quote that is not closed.
 */
export const LARGEST_RECORD = 64 * 1024 * 1024
