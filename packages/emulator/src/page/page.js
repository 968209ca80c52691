// The page's script, as sent to the browser. Values from requests and answers are set as text, never as HTML.

const pollEvery = 1_000
const byId = (id) => document.getElementById(id)

/** Rows by request number. A row keeps its element, so that it stays open and focused. */
const rows = new Map()

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

/** Posts to the API itself, as any client does. These requests are recorded, and faults apply to them. */
async function post(path, body, signal) {
  const response = await fetch(path, {
    method: 'POST',
    headers: { ...headers(), 'Content-Type': 'application/json', 'X-Pinecone-Api-Version': '2025-10' },
    body: JSON.stringify(body),
    signal,
  })
  const text = await response.text().catch((error) => {
    throw signal.aborted ? error : new Error(`${response.status}, and the body is incomplete`)
  })
  const answer = parsed(text)
  if (answer === undefined)
    throw new Error(`${response.status}, and the body is not JSON: ${text.slice(0, 300)}`)
  if (response.ok) return answer
  throw new Error(`${response.status} ${answer.error?.code ?? ''}: ${answer.error?.message ?? ''}`)
}

function parsed(text) {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** Runs a form's action; a second submit cancels the first. */
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
  // A screen reader would read a repeated status again.
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
  if (answer.data?.length !== texts.length) throw new Error('The answer does not have one vector per text')
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
    throw new Error('The answer does not have one score per document')
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

/** A text above its bar. The bar's width and the number both show the score. */
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

/** Fetches the last requests now, and then every second while the page is visible. */
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
  show({ kept: 0, rules: [], requests: [] })
  const text =
    status === 401 ? 'Type the API key that the emulator was started with.' : `${status}: ${answer}`
  tell(byId('requests-state'), text, status !== 401)
}

function showRequests(answer) {
  const told = JSON.parse(answer)
  const { kept, requests } = told
  tell(
    byId('requests-state'),
    requests.length === 0 ? 'None yet. Point a client here, or try the forms below.' : '',
  )
  byId('requests-more').textContent =
    kept > requests.length ? `The last ${requests.length} of ${kept} kept.` : ''
  if (answer === refresh.shown) return
  show(told)
  refresh.shown = answer
}

function show({ rules, requests }) {
  refresh.shown = undefined
  byId('rules-title').hidden = rules.length === 0
  byId('rules').replaceChildren(...rules.map((rule) => element('li', {}, element('code', { text: rule }))))
  const ids = new Set(requests.map(({ id }) => id))
  for (const id of rows.keys()) if (!ids.has(id)) rows.delete(id)
  const wanted = requests.flatMap((request) => {
    const row = rows.get(request.id) ?? makeRow(request.id)
    rows.set(request.id, row)
    row.update(request)
    return row.details.hidden ? [row.line] : [row.line, row.details]
  })
  place(byId('requests'), wanted)
}

/**
 * Sets the children to these elements. Does not move one that is already in place, because that would take its focus.
 */
function place(parent, wanted) {
  const keep = new Set(wanted)
  for (const child of [...parent.children]) if (!keep.has(child)) child.remove()
  let next = parent.firstElementChild
  for (const child of wanted) {
    if (child === next) next = next.nextElementSibling
    else parent.insertBefore(child, next)
  }
}

function makeRow(id) {
  const opener = element('button', { className: 'opener' })
  opener.type = 'button'
  const line = element('tr')
  const cell = element('td', { className: 'details' })
  cell.colSpan = 8
  const details = element('tr', {}, cell)
  details.id = `details-${id}`
  details.hidden = true
  opener.setAttribute('aria-expanded', 'false')
  opener.setAttribute('aria-controls', details.id)
  let answered = false

  opener.addEventListener('click', () => {
    details.hidden = !details.hidden
    opener.setAttribute('aria-expanded', String(!details.hidden))
    if (details.hidden) return details.remove()
    line.after(details)
    fill(id, cell)
  })

  return {
    line,
    details,
    update(request) {
      opener.textContent = new Date(request.at).toLocaleTimeString('en-GB')
      const cells = cellsOf(request)
      if (line.firstElementChild)
        while (line.lastElementChild !== line.firstElementChild) line.lastElementChild.remove()
      else line.append(element('td', {}, opener))
      line.append(...cells)
      const isAnswered = request.ms !== undefined
      if (isAnswered && !answered && !details.hidden) fill(id, cell)
      answered = isAnswered
    },
  }
}

/** The request and its answer, below the row. */
async function fill(id, cell) {
  try {
    const response = await fetch(`_page/requests/${id}`, { headers: headers() })
    if (!response.ok) throw new Error('This request is no longer kept.')
    const { query, headers: sent, body, answer } = await response.json()
    const queried = Object.entries(query).map(([name, value]) => `${name}=${value}`)
    cell.replaceChildren(
      ...block('Query', queried.join('\n')),
      ...block('Request', body),
      ...block('Answer', answer ?? 'No answer was sent.'),
      ...block(
        'Headers',
        Object.entries(sent)
          .map(([name, value]) => `${name}: ${value}`)
          .join('\n'),
      ),
    )
  } catch (error) {
    cell.replaceChildren(element('p', { text: error.message }))
  }
}

function block(title, text) {
  if (!text) return []
  const pre = element('pre', { text })
  // A scrolling part must be reachable by keyboard.
  pre.tabIndex = 0
  pre.setAttribute('role', 'group')
  pre.setAttribute('aria-label', title)
  return [element('h3', { text: title }), pre]
}

function cellsOf(request) {
  const { method, path, model, inputType, items, ms, message } = request
  const status = element('td', {}, element('span', { text: outcome(request), className: tone(request) }))
  if (message !== undefined) status.append(element('span', { text: message, className: 'message' }))
  return [
    status,
    textCell(`${method} ${path}`),
    textCell(model),
    textCell(inputType),
    element('td', { text: items ?? '', className: 'number' }),
    element('td', { text: usage(request), className: 'number' }),
    element('td', { text: ms === undefined ? '' : Math.round(ms), className: 'number' }),
  ]
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

function tone({ status, aborted, fault }) {
  if (aborted || fault !== undefined || status >= 500) return 'failed'
  if (status >= 400) return 'refused'
  return status === undefined ? '' : 'good'
}
