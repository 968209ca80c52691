// The page's script, as the browser gets it. Whatever comes from requests and answers is set as text, never as HTML.

const pollEvery = 1_000
const byId = (id) => document.getElementById(id)

/** @type {{ takesAnyKey: boolean, models: { model: string, type: string, provider: string }[] }} */
const settings = await (await fetch('_page/settings')).json()

byId('address').textContent = location.origin
byId('key-row').hidden = settings.takesAnyKey
fillModels('embed')
fillModels('rerank')
byId('key').addEventListener('input', refresh)
document.addEventListener('visibilitychange', refresh)
onSubmit('embed', embed)
onSubmit('rerank', rerank)
await refresh()

function element(tag, { text, className, title } = {}, ...children) {
  const made = document.createElement(tag)
  if (text !== undefined) made.textContent = text
  if (className !== undefined) made.className = className
  if (title !== undefined) made.title = title
  made.append(...children)
  return made
}

function fillModels(type) {
  const select = byId(`${type}-model`)
  const models = settings.models.filter((model) => model.type === type)
  select.replaceChildren(...models.map(({ model }) => element('option', { text: model })))
  const tellProvider = () => {
    byId(`${type}-provider`).textContent = models[select.selectedIndex]?.provider ?? ''
  }
  select.addEventListener('change', tellProvider)
  tellProvider()
}

// Talking to the emulator

function headers() {
  return { 'Api-Key': settings.takesAnyKey ? 'page' : byId('key').value }
}

/** Posts to the API itself, as any client does; these requests are recorded and meet faults. */
async function post(path, body, signal) {
  const response = await fetch(path, {
    method: 'POST',
    headers: { ...headers(), 'Content-Type': 'application/json', 'X-Pinecone-Api-Version': '2025-10' },
    body: JSON.stringify(body),
    signal,
  })
  const answer = await response.json().catch((error) => {
    throw signal.aborted ? error : new Error(`${response.status}, and the body is not whole, or no JSON`)
  })
  if (response.ok) return answer
  throw new Error(`${response.status} ${answer.error?.code ?? ''}: ${answer.error?.message ?? ''}`)
}

/** Runs a form's action; a second submit gives the first one up. */
function onSubmit(name, action) {
  const state = byId(`${name}-state`)
  const result = byId(`${name}-result`)
  let running
  byId(name).addEventListener('submit', async (event) => {
    event.preventDefault()
    running?.abort()
    const mine = new AbortController()
    running = mine
    tell(state, 'Waiting for the answer…')
    try {
      const summary = await action(mine.signal)
      if (mine.signal.aborted) return
      tell(state, summary)
      result.hidden = false
    } catch (error) {
      if (mine.signal.aborted) return
      tell(state, error.message, true)
      result.hidden = true
    }
    refresh()
  })
}

function tell(state, text, wrong = false) {
  // A status that says the same again would be read out again.
  if (state.textContent !== text) state.textContent = text
  state.classList.toggle('wrong', wrong)
}

function linesOf(id) {
  return byId(id)
    .value.split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '')
}

// Embed

async function embed(signal) {
  const texts = linesOf('embed-texts')
  const query = byId('embed-query').value
  const [passages, queries] = await Promise.all([
    embedTexts(texts, 'passage', signal),
    embedTexts([query], 'query', signal),
  ])
  signal.throwIfAborted()
  const nearest = texts
    .map((text, index) => ({ text, score: cosine(queries.vectors[0], passages.vectors[index]) }))
    .sort((left, right) => right.score - left.score)
  byId('embed-nearest').replaceChildren(...nearest.map(({ text, score }) => bar(text, score)))
  return `${queries.shape}, ${passages.tokens + queries.tokens} tokens`
}

async function embedTexts(texts, inputType, signal) {
  const answer = await post(
    'embed',
    {
      model: byId('embed-model').value,
      inputs: texts.map((text) => ({ text })),
      parameters: { input_type: inputType },
    },
    signal,
  )
  if (answer.data?.length !== texts.length) throw new Error('The answer has not one vector for each text')
  const vectors = answer.data.map(coordinatesOf)
  const sparse = answer.vector_type === 'sparse'
  return {
    vectors,
    tokens: answer.usage.total_tokens,
    shape: sparse ? 'Sparse vectors' : `${vectors[0].size} dimensions`,
  }
}

/** A dense or sparse vector as index -> value. */
function coordinatesOf({ values, sparse_indices: indices, sparse_values: weights }) {
  return values ? new Map(values.entries()) : new Map(indices.map((index, i) => [index, weights[i]]))
}

function cosine(left, right) {
  let product = 0
  for (const [index, value] of left) product += value * (right.get(index) ?? 0)
  const lengths = length(left) * length(right)
  return lengths === 0 ? 0 : product / lengths
}

function length(vector) {
  return Math.hypot(...vector.values())
}

// Rerank

async function rerank(signal) {
  const documents = linesOf('rerank-documents')
  const answer = await post(
    'rerank',
    {
      model: byId('rerank-model').value,
      query: byId('rerank-query').value,
      documents: documents.map((text) => ({ text })),
      return_documents: false,
    },
    signal,
  )
  if (answer.data?.length !== documents.length)
    throw new Error('The answer has not one score for each document')
  signal.throwIfAborted()
  const scores = new Map(answer.data.map(({ index, score }) => [index, score]))
  byId('rerank-before').replaceChildren(...documents.map((text, index) => bar(text, scores.get(index))))
  byId('rerank-after').replaceChildren(
    ...answer.data.map(({ index, score }, rank) => bar(documents[index], score, moved(index, rank))),
  )
  const units = answer.usage.rerank_units
  return `${units} rerank ${units === 1 ? 'unit' : 'units'}`
}

function moved(from, to) {
  if (from === to) return 'stays'
  return from > to ? `up ${from - to}` : `down ${to - from}`
}

/** A text above its bar, which is as wide as the score is high; the number says the same. */
function bar(text, score, remark) {
  const fill = element('span')
  fill.style.width = `${Math.max(0, Math.min(1, score)) * 100}%`
  const track = element('span', { className: 'bar' }, fill)
  track.setAttribute('aria-hidden', 'true')
  const measure = element('div', { className: 'measure' }, track, element('span', { text: score.toFixed(3) }))
  const line = element('div', { text })
  if (remark !== undefined) line.append(' ', element('span', { text: remark, className: 'remark' }))
  return element('li', {}, line, measure)
}

// Last requests

/** Asks for the last requests now, and from then on every second while the page is seen. */
async function refresh() {
  clearTimeout(refresh.timer)
  refresh.asking?.abort()
  if (document.hidden) return
  const asking = new AbortController()
  refresh.asking = asking
  try {
    const response = await fetch('_page/requests', { headers: headers(), signal: asking.signal })
    const answer = await response.text()
    if (response.ok) showRequests(answer)
    else showRefusal(response.status, answer)
  } catch {
    if (asking.signal.aborted) return
    tell(byId('requests-state'), 'The emulator does not answer; it may have been stopped.', true)
  }
  refresh.timer = setTimeout(refresh, pollEvery)
}

function showRefusal(status, answer) {
  refresh.shown = undefined
  byId('requests').replaceChildren()
  const text =
    status === 401 ? 'Type the API key that the emulator was started with.' : `${status}: ${answer}`
  tell(byId('requests-state'), text, status !== 401)
}

function showRequests(answer) {
  const requests = JSON.parse(answer)
  tell(byId('requests-state'), requests.length === 0 ? 'None yet; point a client here, or try below.' : '')
  if (answer === refresh.shown) return
  refresh.shown = answer
  byId('requests').replaceChildren(...requests.map(row))
}

function row(request) {
  const { at, method, path, model, inputType, items, ms } = request
  return element(
    'tr',
    {},
    element('td', { text: new Date(at).toLocaleTimeString('en-GB') }),
    textCell(`${method} ${path}`),
    textCell(model),
    textCell(inputType),
    element('td', { text: items ?? '', className: 'number' }),
    element('td', { text: usage(request), className: 'number' }),
    element('td', { text: outcome(request), className: tone(request) }),
    element('td', { text: ms === undefined ? '' : Math.round(ms), className: 'number' }),
  )
}

function textCell(text = '') {
  return element('td', { text, className: 'text', title: text })
}

function usage({ tokens, rerankUnits }) {
  if (tokens !== undefined) return `${tokens} ${tokens === 1 ? 'token' : 'tokens'}`
  if (rerankUnits !== undefined) return `${rerankUnits} ${rerankUnits === 1 ? 'unit' : 'units'}`
  return ''
}

function outcome({ status, aborted, fault, ms }) {
  const answered = aborted ? 'cut off' : (status ?? (ms === undefined ? 'open' : 'no answer'))
  return fault === undefined ? `${answered}` : `${answered} (fault: ${fault})`
}

function tone({ status, aborted }) {
  if (aborted || status >= 500) return 'failed'
  if (status >= 400) return 'refused'
  return status === undefined ? '' : 'good'
}
