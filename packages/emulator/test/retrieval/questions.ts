export type CorpusName = 'undici' | 'fastify' | 'pino'

export interface Question {
  readonly corpus: CorpusName
  readonly text: string
  /** The file that answers it, relative to the package's docs. */
  readonly file: string
  /** The headings, or their beginnings, of the sections of that file that answer it. */
  readonly sections: readonly string[]
}

const undici = (text: string, file: string, ...sections: string[]): Question => ({
  corpus: 'undici',
  text,
  file,
  sections,
})
const fastify = (text: string, file: string, ...sections: string[]): Question => ({
  corpus: 'fastify',
  text,
  file,
  sections,
})
const pino = (text: string, file: string, ...sections: string[]): Question => ({
  corpus: 'pino',
  text,
  file,
  sections,
})

/** Labelled before any figure was taken. Every other question is for tuning, the rest only for figures. */
export const questions: readonly Question[] = [
  undici(
    'How do I limit the number of connections per origin?',
    'docs/api/Pool.md',
    'Parameter: `PoolOptions`',
  ),
  undici(
    'What happens to a request when the client is destroyed?',
    'docs/api/Dispatcher.md',
    '`Dispatcher.destroy',
    'Example - Request is aborted when Client',
  ),
  undici(
    'How can I verify the fingerprint of the server certificate?',
    'docs/api/Connector.md',
    'Example: validate the CA fingerprint',
  ),
  undici(
    'Can HTTP requests be retried when the server answers with an error?',
    'docs/api/RetryHandler.md',
    '`RetryOptions`',
    'Example - Basic RetryHandler',
  ),
  undici(
    'abort a request with an AbortController signal',
    'docs/api/Dispatcher.md',
    'Example 2 - Aborting a request',
  ),
  undici(
    'How do I send requests through a proxy that needs a user name and password?',
    'docs/api/ProxyAgent.md',
    'Example - Basic Proxy Request with authentication',
  ),
  undici(
    'pick up HTTP_PROXY and NO_PROXY from the environment',
    'docs/api/EnvHttpProxyAgent.md',
    'Class: EnvHttpProxyAgent',
    '`new EnvHttpProxyAgent',
    'Parameter: `EnvHttpProxyAgentOptions`',
  ),
  undici('store cached responses in a SQLite database', 'docs/api/CacheStore.md', '`SqliteCacheStore`'),
  undici(
    'How do I forbid real network connections in my tests?',
    'docs/api/MockAgent.md',
    '`MockAgent.disableNetConnect',
    'Example - Disable all non-matching requests',
  ),
  undici(
    'check that all mocked interceptors were used',
    'docs/api/MockAgent.md',
    '`MockAgent.assertNoPendingInterceptors',
    'Example - Check that there are no pending',
  ),
  undici(
    'record HTTP traffic once and replay it in later test runs',
    'docs/api/SnapshotAgent.md',
    'SnapshotAgent',
    'Record Mode',
    'Playback Mode',
  ),
  undici(
    'How many requests are waiting in the queue of a pool?',
    'docs/api/PoolStats.md',
    '`PoolStats.pending`',
    '`PoolStats.queued`',
  ),
  undici('How can I read the cookies of a response?', 'docs/api/Cookies.md', '`getSetCookies'),
  undici('remove a cookie', 'docs/api/Cookies.md', '`deleteCookie'),
  undici('Which error is thrown when the headers take too long to arrive?', 'docs/api/Errors.md', 'Errors'),
  undici(
    'server sent events with a custom dispatcher',
    'docs/api/EventSource.md',
    'EventSource',
    'Using a custom Dispatcher',
  ),
  undici('use HTTP/2 without encryption', 'docs/api/H2CClient.md', 'Class: H2CClient', '`new H2CClient'),
  undici(
    'observe when the socket is connected through diagnostics channels',
    'docs/api/DiagnosticsChannel.md',
    '`undici:client:connected`',
  ),
  undici('cache DNS lookups between requests', 'docs/api/Dispatcher.md', '`dns`'),
  undici('throw an exception for 4xx and 5xx status codes', 'docs/api/Dispatcher.md', '`responseError`'),
  undici('How do I follow redirects?', 'docs/api/Dispatcher.md', '`redirect`'),
  undici(
    'spread requests evenly over the resolved addresses of a host',
    'docs/api/RoundRobinPool.md',
    'Class: RoundRobinPool',
    'Use Case',
  ),
  undici(
    'make fetch and FormData of undici global',
    'docs/api/GlobalInstallation.md',
    '`install()`',
    'Global Installation',
    'Using `FormData` with `fetch`',
  ),
  undici('print debug messages about requests to the console', 'docs/api/Debug.md', 'Debug', '`undici`'),
  undici(
    'client certificates for mutual TLS',
    'docs/best-practices/client-certificate.md',
    'Client certificate',
  ),
  undici(
    'add a second upstream to a running balanced pool',
    'docs/api/BalancedPool.md',
    '`BalancedPool.addUpstream',
  ),

  fastify('How do I raise the maximum size of a request body?', 'Reference/Server.md', '`bodyLimit`'),
  fastify('run code before the request is parsed', 'Reference/Hooks.md', 'preParsing'),
  fastify(
    'How can I test routes without opening a port?',
    'Guides/Testing.md',
    'Testing with HTTP injection',
    'Benefits of using fastify.inject()',
  ),
  fastify('parse XML bodies', 'Reference/ContentTypeParser.md', '`Content-Type` Parser', 'Usage'),
  fastify('set a header on the response', 'Reference/Reply.md', '.header(key, value)', '.headers(object)'),
  fastify('send the client to another URL', 'Reference/Reply.md', '.redirect('),
  fastify(
    'Which IP address does the request come from behind a load balancer?',
    'Reference/Server.md',
    '`trustProxy`',
  ),
  fastify(
    'share a schema between routes',
    'Reference/Validation-and-Serialization.md',
    'Adding a shared schema',
    'Retrieving the shared schemas',
  ),
  fastify(
    'customise the text of validation errors',
    'Reference/Validation-and-Serialization.md',
    '`schemaErrorFormatter`',
    'Error Handling',
  ),
  fastify(
    'different handlers for different versions of an API',
    'Reference/Routes.md',
    'Version Constraints',
  ),
  fastify('put the same prefix in front of all routes of a plugin', 'Reference/Routes.md', 'Route Prefixing'),
  fastify(
    'detect that the client closed the connection',
    'Guides/Detecting-When-Clients-Abort.md',
    'Introduction',
    'Solution',
  ),
  fastify('answer 404 with my own page', 'Reference/Server.md', 'setNotFoundHandler'),
  fastify('deploy to AWS Lambda', 'Guides/Serverless.md', 'AWS'),
  fastify('attach a property to every request object', 'Reference/Decorators.md', '`decorateRequest'),
  fastify('use zod for types and validation', 'Reference/Type-Providers.md', 'Zod'),
  fastify('connect to PostgreSQL', 'Guides/Database.md', '[Postgres]'),
  fastify(
    'What should go in front of the server in production, nginx or HAProxy?',
    'Guides/Recommendations.md',
    'Use A Reverse Proxy',
    'HAProxy',
    'Nginx',
  ),
  fastify('hide passwords in the log output', 'Reference/Logging.md', 'Log Redaction'),
  fastify('How long is a major version supported?', 'Reference/LTS.md', 'Long Term Support', 'Schedule'),
  fastify(
    'protect against __proto__ in JSON payloads',
    'Guides/Prototype-Poisoning.md',
    'History behind prototype poisoning',
    'BOOM',
  ),
  fastify('close database connections when the server stops', 'Reference/Hooks.md', 'onClose'),
  fastify('use express middleware', 'Reference/Middleware.md', 'Middleware'),
  fastify('serve over HTTP/2 with TLS', 'Reference/HTTP2.md', 'Secure (HTTPS)'),
  fastify('time limit for a plugin to load', 'Reference/Server.md', '`pluginTimeout`'),
  fastify('reply to a request from inside a hook', 'Reference/Hooks.md', 'Respond to a request from a hook'),

  pino('How do I rotate log files?', 'help.md', 'Log rotation'),
  pino('remove sensitive values from log lines', 'redaction.md', 'Redaction'),
  pino('print human readable logs during development', 'pretty.md', 'Pretty Printing'),
  pino(
    'Is it possible to lose messages with asynchronous logging?',
    'asynchronous.md',
    'Asynchronous Logging',
    'Caveats',
  ),
  pino('show level names instead of numbers', 'help.md', 'Log levels as labels instead of numbers'),
  pino('write logs to several files', 'help.md', 'Saving to multiple files'),
  pino('bundle with webpack', 'bundling.md', 'Webpack Plugin', 'Bundling'),
  pino('send browser logs to a server', 'browser.md', '`transmit` (Object)'),
  pino('logging in an Express application', 'web.md', 'Pino with Express'),
  pino('add a request id to every message of a child logger', 'child-loggers.md', 'Child loggers'),
  pino('change the name of the timestamp or its format', 'api.md', '`timestamp` (Boolean'),
  pino('define my own log levels', 'api.md', '`customLevels` (Object)'),
  pino('add properties to each log line from a function', 'api.md', '`mixin` (Function)'),
  pino('send logs to Datadog', 'transports.md', 'pino-datadog', 'datadog-logger-integrations'),
  pino('How do I write my own transport?', 'transports.md', 'Writing a Transport'),
  pino('why are there duplicate keys in the JSON?', 'help.md', 'How Pino handles duplicate keys'),
  pino('systemd and transports in another process', 'help.md', 'Transports and systemd'),
  pino('how errors are serialized', 'api.md', '`serializers` (Object)', 'Errors', '`pino.stdSerializers'),
  pino('check at runtime whether a level is enabled', 'api.md', '`logger.isLevelEnabled'),
  pino('make sure everything is written before the process exits', 'api.md', '`logger.flush'),
  pino('Google Cloud severity', 'help.md', 'Mapping Pino Log Levels to Google Cloud'),
  pino('compare speed with winston and bunyan', 'benchmarks.md', 'Benchmarks'),
  pino(
    'write a transport in TypeScript',
    'transports.md',
    'TypeScript compatibility',
    'Node.js 22+ with Type Stripping',
    'Transpiled TypeScript',
  ),
  pino('turn logging off in tests', 'api.md', '`enabled` (Boolean)', '`logger.silent'),
]
