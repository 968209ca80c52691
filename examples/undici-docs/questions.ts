/** A question a user of undici asks, and the files of its docs that answer it. */
export interface LabelledQuestion {
  readonly question: string
  /** Relative to the package's `docs` folder; any of them is a right answer. */
  readonly answeredBy: readonly string[]
}

const api = (...names: string[]) => names.map((name) => `docs/api/${name}.md`)
const practice = (...names: string[]) => names.map((name) => `docs/best-practices/${name}.md`)

/** Labelled by reading the docs, not by looking at what a search finds. */
export const labelledQuestions: readonly LabelledQuestion[] = [
  {
    question: 'How do I limit the number of connections per origin?',
    answeredBy: api('Pool', 'RoundRobinPool'),
  },
  {
    question: 'How can I retry a request that failed with a 503?',
    answeredBy: api('RetryHandler', 'RetryAgent', 'Dispatcher'),
  },
  {
    question: 'Which status codes are retried by default?',
    answeredBy: api('RetryHandler', 'RetryAgent'),
  },
  {
    question: 'How long does an idle socket stay open before it is closed?',
    answeredBy: api('Client', 'H2CClient'),
  },
  {
    question: 'How do I send requests through a corporate proxy that needs a password?',
    answeredBy: [...api('ProxyAgent'), ...practice('proxy')],
  },
  {
    question: 'Can the proxy be read from HTTP_PROXY and NO_PROXY?',
    answeredBy: api('EnvHttpProxyAgent'),
  },
  { question: 'Does it work with a SOCKS5 proxy?', answeredBy: api('Socks5ProxyAgent') },
  {
    question: 'How can I fake the answers of a server in my unit tests?',
    answeredBy: [
      ...practice('mocking-request', 'undici-vs-builtin-fetch'),
      ...api('MockAgent', 'MockPool', 'MockClient'),
    ],
  },
  {
    question: 'How do I make a test fail when it tries to reach the real network?',
    answeredBy: [...practice('mocking-request'), ...api('MockAgent', 'MockPool')],
  },
  {
    question: 'Can I see which requests a mock received?',
    answeredBy: [
      ...practice('mocking-request'),
      ...api('MockCallHistory', 'MockCallHistoryLog', 'MockAgent'),
    ],
  },
  {
    question: 'How do I record real responses once and replay them in later test runs?',
    answeredBy: api('SnapshotAgent'),
  },
  {
    question: 'Why do my tests take seconds to finish after the last request?',
    answeredBy: practice('writing-tests'),
  },
  {
    question: 'How do I authenticate clients with a TLS certificate?',
    answeredBy: practice('client-certificate'),
  },
  {
    question: 'Check that the server presents the certificate I expect, by its fingerprint',
    answeredBy: api('Connector'),
  },
  { question: 'What user agent should a web crawler send?', answeredBy: practice('crawling') },
  {
    question: 'When should I install undici instead of using the fetch that is built into Node.js?',
    answeredBy: practice('undici-vs-builtin-fetch'),
  },
  { question: 'How do I turn on debug output to see what undici is doing?', answeredBy: api('Debug') },
  {
    question: 'How can I be notified when a request is created or its headers are sent?',
    answeredBy: api('DiagnosticsChannel'),
  },
  {
    question: 'Where can cached responses be stored so that they survive a restart?',
    answeredBy: api('CacheStore'),
  },
  {
    question: 'How do I follow redirects, and how many at most?',
    answeredBy: api('RedirectHandler', 'Dispatcher'),
  },
  {
    question: 'How many requests are waiting and how many sockets are free in a pool?',
    answeredBy: api('PoolStats'),
  },
  { question: 'How do I parse or set cookies in headers?', answeredBy: api('Cookies') },
  { question: 'How do I receive server-sent events?', answeredBy: api('EventSource') },
  { question: 'How do I open a websocket through a custom dispatcher?', answeredBy: api('WebSocket') },
  { question: 'Which error is thrown when the headers do not arrive in time?', answeredBy: api('Errors') },
  { question: 'Use HTTP/2 without TLS', answeredBy: api('H2CClient', 'Client') },
  {
    question: 'How do I make fetch and FormData available as globals?',
    answeredBy: [...api('GlobalInstallation', 'Fetch'), ...practice('undici-vs-builtin-fetch')],
  },
  {
    question: 'In which states can a client be, and when does it go from one to the next?',
    answeredBy: api('api-lifecycle'),
  },
  {
    question: 'Spread requests evenly over the IP addresses of a host',
    answeredBy: api('Dispatcher'),
  },
  { question: 'How can I cancel a running request?', answeredBy: api('Dispatcher') },
]
