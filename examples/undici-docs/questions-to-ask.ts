/** The questions given on the command line, or three to begin with. */
export function questionsToAsk(): string[] {
  const given = process.argv.slice(2)
  return given.length > 0
    ? given
    : [
        'How do I limit the number of connections per origin?',
        'How can I retry a request that failed with a 503?',
        'How do I make a test fail when it tries to reach the real network?',
      ]
}
