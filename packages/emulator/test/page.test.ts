import { existsSync } from 'node:fs'
import axe from 'axe-core'
import { type Browser, chromium, type Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it, test } from 'vitest'
import type { Emulator, EmulatorOptions } from '../dist/index.js'
import { call, embedBody, headers, withEmulator } from './client.js'
import { contractErrors } from './contract.js'

const executablePath = '/usr/bin/chromium'
const missing = !existsSync(executablePath)
const flags =
  '--headless --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking --disable-component-update --disable-sync'

if (missing) {
  const problem = `The page is tested in ${executablePath}, which is missing: apt-get install chromium`
  if (process.env.CI === 'true') {
    test('a browser is installed', () => expect.unreachable(problem))
  } else {
    console.warn(`${problem}. Skipped.`)
  }
}

let browser: Browser
beforeAll(async () => {
  if (!missing) browser = await chromium.launch({ executablePath, args: flags.split(' ') })
})
afterAll(() => browser?.close())

interface Opened {
  readonly emulator: Emulator
  readonly page: Page
  /** What the browser found wrong: scripts that threw, resources that were refused. */
  readonly complaints: readonly string[]
}

/** Runs with the page of a fresh emulator, read up to its first list of requests. */
async function withPage(options: EmulatorOptions, run: (opened: Opened) => Promise<void>): Promise<void> {
  await withEmulator(options, async (emulator) => {
    const page = await browser.newPage()
    try {
      const complaints: string[] = []
      page.on('pageerror', (error) => complaints.push(error.message))
      page.on('console', (message) => {
        if (message.type() === 'error') complaints.push(message.text())
      })
      const listed = page.waitForResponse(/_page\/requests$/)
      await page.goto(emulator.url)
      await listed
      await run({ emulator, page, complaints })
    } finally {
      await page.close()
    }
  })
}

const requestRows = (page: Page) =>
  page.getByRole('region', { name: 'Table of the last requests' }).locator('tbody tr')
const part = (page: Page, name: 'Embed' | 'Rerank') => page.getByRole('region', { name, exact: true })

/** A list's texts with the numbers beside their bars. */
async function barsOf(page: Page, list: string): Promise<{ text: string; score: number; width: number }[]> {
  const items = await page.locator(`${list} > li`).all()
  return Promise.all(
    items.map(async (item) => ({
      text: ((await item.locator('div').first().textContent()) ?? '').trim(),
      score: Number((await item.locator('.measure > span').last().textContent()) ?? 'missing'),
      width: Number.parseFloat((await item.locator('.bar span').getAttribute('style'))?.slice(7) ?? ''),
    })),
  )
}

describe.skipIf(missing)('the page in a browser', () => {
  it('lists the requests of every client as they come, the last one first', async () => {
    await withPage({}, async ({ emulator, page, complaints }) => {
      await page.getByText('None yet').waitFor()
      await call(emulator, '/embed', { body: embedBody(['one', 'two'], { input_type: 'query' }) })
      await call(emulator, '/rerank', {
        body: { model: 'bge-reranker-v2-m3', query: 'q', documents: [{ text: 'a' }, { text: 'b' }] },
      })
      await call(emulator, '/models', { headers: { 'x-emulator-fault': 'status:503' } })
      await expect.poll(() => requestRows(page).count()).toBe(3)

      const cells = await Promise.all(
        (await requestRows(page).all()).map((row) => row.locator('td').allInnerTexts()),
      )
      expect(cells.map((row) => row.slice(1, 7))).toEqual([
        [expect.stringMatching(/^503 \(fault: status\)\s*A fault/), 'GET /models', '', '', '', ''],
        ['200', 'POST /rerank', 'bge-reranker-v2-m3', '', '2', '1 unit'],
        ['200', 'POST /embed', 'multilingual-e5-large', 'query', '2', '6 tokens'],
      ])
      for (const row of cells) {
        expect(row[0]).toMatch(/^\d\d:\d\d:\d\d$/)
        expect(row[7]).toMatch(/^\d+$/)
      }
      expect(complaints).toEqual([])
    })
  })

  it('shows what a client sent as text, whatever it is', async () => {
    await withPage({}, async ({ emulator, page }) => {
      const model = '<img src=x onerror="window.owned = true"><script>window.owned = true</script>'
      await call(emulator, '/embed', { body: embedBody(['x'], { model }) })
      const row = requestRows(page).first()
      await row.waitFor()
      expect(await row.locator('td').nth(3).textContent()).toBe(model)
      expect(await page.locator('img').count()).toBe(0)

      await part(page, 'Embed').getByLabel('Texts').fill(model)
      await part(page, 'Embed').getByRole('button').click()
      await page.locator('#embed-nearest').getByText(model).waitFor()
      expect(await page.evaluate('window.owned')).toBeUndefined()
    })
  })

  it('puts the texts nearest to a query first, with their cosines as bars', async () => {
    await withPage({}, async ({ emulator, page, complaints }) => {
      const embed = part(page, 'Embed')
      await embed.getByLabel('Model').selectOption('multilingual-e5-large')
      await embed.getByLabel('Texts').fill('a slow train\n\nbread with butter\n')
      await embed.getByLabel('Query').fill('bread and butter')
      await embed.getByRole('button').click()
      await embed.getByText('1024 dimensions').waitFor()

      const bars = await barsOf(page, '#embed-nearest')
      expect(bars.map(({ text }) => text)).toEqual(['bread with butter', 'a slow train'])
      const [first, last] = bars
      expect(first?.score).toBeGreaterThan(0.2)
      expect(first?.score).toBeGreaterThan(last?.score ?? 1)
      for (const { score, width } of bars) expect(width).toBeCloseTo(Math.max(0, score) * 100, 0)

      expect(emulator.requests.map(({ path }) => path)).toEqual(['/embed', '/embed'])
      expect(complaints).toEqual([])
    })
  })

  it('compares sparse vectors as well', async () => {
    await withPage({}, async ({ page }) => {
      const embed = part(page, 'Embed')
      await embed.getByLabel('Model').selectOption('pinecone-sparse-english-v0')
      await embed.getByLabel('Texts').fill('a slow train\nbread with butter')
      await embed.getByLabel('Query').fill('butter')
      await embed.getByRole('button').click()
      await embed.getByText('Sparse vectors').waitFor()
      const [first, last] = await barsOf(page, '#embed-nearest')
      expect(first?.text).toBe('bread with butter')
      expect(last?.score).toBe(0)
    })
  })

  it('shows documents before and after they are reranked, with their scores as bars', async () => {
    await withPage({}, async ({ page, complaints }) => {
      const rerank = part(page, 'Rerank')
      await rerank.getByLabel('Documents').fill('Trains run hourly\nA museum\nThe ferry leaves at noon')
      await rerank.getByLabel('Query').fill('when does the ferry leave')
      await rerank.getByRole('button').click()
      await rerank.getByText('1 rerank unit').waitFor()

      const before = await barsOf(page, '#rerank-before')
      const after = await barsOf(page, '#rerank-after')
      expect(before.map(({ text }) => text)).toEqual([
        'Trains run hourly',
        'A museum',
        'The ferry leaves at noon',
      ])
      expect(after[0]?.text).toBe('The ferry leaves at noon up 2')
      expect(after.map(({ score }) => score)).toEqual(
        before.map(({ score }) => score).sort((left, right) => right - left),
      )
      for (const { score, width } of after) expect(width).toBeCloseTo(score * 100, 0)
      expect(complaints).toEqual([])
    })
  })

  it('says what the API refused, and why', async () => {
    await withPage({}, async ({ page }) => {
      const rerank = part(page, 'Rerank')
      await rerank.getByRole('button').click()
      await page.locator('#rerank-after li').first().waitFor()
      await rerank.getByLabel('Query').fill(' ')
      await rerank.getByRole('button').click()
      await rerank.getByText("400 INVALID_ARGUMENT: 'query' must be a string that is not blank").waitFor()
      expect(await page.locator('#rerank-after').isVisible()).toBe(false)
    })
  })

  it('shows why a request was refused, and opens to the request and its answer', async () => {
    await withPage({}, async ({ emulator, page, complaints }) => {
      await call(emulator, '/embed', { body: embedBody(['a text'], { input_type: 'title' }) })
      const row = requestRows(page).filter({ hasText: 'POST /embed' })
      await row.getByText("Invalid parameter value input_type='title'").waitFor()
      const opener = row.getByRole('button')
      await opener.click()
      expect(await opener.getAttribute('aria-expanded')).toBe('true')
      await page.getByRole('group', { name: 'Request' }).getByText('a text').waitFor()
      await page.getByRole('group', { name: 'Answer' }).getByText('INVALID_ARGUMENT').waitFor()
      expect(await page.getByRole('group', { name: 'Headers' }).textContent()).not.toContain(
        headers['api-key'] ?? '',
      )

      await call(emulator, '/models')
      await expect.poll(() => requestRows(page).count()).toBe(3)
      expect(await opener.evaluate((element) => element === element.ownerDocument.activeElement)).toBe(true)
      await opener.click()
      await expect.poll(() => requestRows(page).count()).toBe(2)
      expect(complaints).toEqual([])
    })
  })

  it('shows what holds, tells faults from successes, and that there is more than it lists', async () => {
    await withPage({ plan: 'starter', latency: 1 }, async ({ emulator, page }) => {
      await page.getByText('latency:1', { exact: true }).waitFor()
      await page.getByText('rate-limit:plan=starter').waitFor()
      for (let i = 0; i < 51; i++) await call(emulator, '/models')
      await fetch(`${emulator.url}/models`, {
        headers: { ...headers, 'x-emulator-fault': 'malformed:not-json' },
      })
      await page.getByText('The last 50 of 52 kept.').waitFor()
      const malformed = page.getByText('200 (fault: malformed)')
      expect(await malformed.getAttribute('class')).toBe('failed')
      emulator.faults.clear()
      await expect.poll(() => page.getByText('rate-limit:plan=starter').count()).toBe(0)
    })
  })

  it.each([
    ['light', 360],
    ['dark', 360],
    ['light', 900],
    ['dark', 1600],
  ] as const)(
    'has nothing that axe finds, and the status in sight: %s, %i px',
    async (colorScheme, width) => {
      await withPage({ latency: 1 }, async ({ emulator, page }) => {
        await page.setViewportSize({ width, height: 900 })
        await page.emulateMedia({ colorScheme })
        await call(emulator, '/embed', { body: embedBody(['a text'], { input_type: 'title' }) })
        const status = requestRows(page).first().getByText('400')
        await status.waitFor()
        await requestRows(page).first().getByRole('button').click()
        await page.getByRole('group', { name: 'Answer' }).waitFor()
        const box = await status.boundingBox()
        expect((box?.x ?? width) + (box?.width ?? width)).toBeLessThan(width)
        expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(width)
        await page.evaluate(axe.source)
        const { violations } = (await page.evaluate('axe.run()')) as { violations: { id: string }[] }
        expect(violations.map(({ id }) => id)).toEqual([])
        if (process.env.PAGE_PICTURES) {
          await page.screenshot({
            path: `${process.env.PAGE_PICTURES}/${colorScheme}-${width}.png`,
            fullPage: true,
          })
        }
      })
    },
  )

  it('stays up while the API misbehaves, and takes no part in it', async () => {
    const faults = [
      { call: 1, fault: { kind: 'status', status: 503 } },
      { call: 2, fault: { kind: 'cut', bytes: 5 } },
      { call: 3, fault: { kind: 'malformed', as: 'wrong-count' } },
    ] as const
    await withPage({ faults }, async ({ emulator, page }) => {
      expect(emulator.requests).toEqual([])
      const rerank = part(page, 'Rerank')
      for (const outcome of [
        '503 UNAVAILABLE',
        'incomplete',
        'not have one score per document',
        '1 rerank unit',
      ]) {
        await rerank.getByRole('button').click()
        await rerank.getByText(outcome).waitFor()
      }
      await page.getByText('cut off (fault: cut)').waitFor()
    })
  })

  it('asks for the key where the emulator takes only one', async () => {
    await withPage({ apiKey: headers['api-key'] ?? '' }, async ({ emulator, page }) => {
      await call(emulator, '/models')
      await page.getByText('Type the API key').waitFor()
      expect(await requestRows(page).count()).toBe(0)
      await page.getByLabel('API key').fill(headers['api-key'] ?? '')
      await page.getByRole('cell', { name: 'GET /models' }).waitFor()
      await part(page, 'Embed').getByRole('button').click()
      await page.locator('#embed-nearest li').first().waitFor()
    })
  })

  it('needs no key where the emulator takes any', async () => {
    await withPage({}, async ({ page }) => {
      expect(await page.getByLabel('API key').isVisible()).toBe(false)
    })
  })

  it('asks nothing of any other server', async () => {
    await withPage({}, async ({ emulator, page }) => {
      const asked: string[] = []
      page.on('request', (request) => asked.push(request.url()))
      await page.reload({ waitUntil: 'networkidle' })
      expect(asked.filter((url) => !url.startsWith(`${emulator.url}/`) && url !== 'data:,')).toEqual([])
    })
  })

  it('is dark where the reader prefers dark', async () => {
    await withPage({}, async ({ page }) => {
      const background = () => page.evaluate('getComputedStyle(document.body).backgroundColor')
      await page.emulateMedia({ colorScheme: 'light' })
      const light = await background()
      await page.emulateMedia({ colorScheme: 'dark' })
      expect(await background()).not.toBe(light)
    })
  })

  it('says so when the emulator is gone', async () => {
    await withPage({}, async ({ emulator, page }) => {
      await emulator.close()
      await page.getByText('The emulator does not answer').waitFor()
    })
  })
})

describe('the page’s routes', () => {
  it('are not recorded, and meet no faults', async () => {
    const faults = [{ fault: { kind: 'status', status: 503 } }] as const
    await withEmulator({ faults, errorRate: 1 }, async (emulator) => {
      for (const path of ['/', '/_page/settings', '/_page/requests']) {
        expect((await fetch(emulator.url + path)).status).toBe(200)
      }
      expect(emulator.requests).toEqual([])
    })
  })

  it('tell nothing of the requests without the key, where there is one', async () => {
    await withEmulator({ apiKey: 'secret-key' }, async (emulator) => {
      const refused = await fetch(`${emulator.url}/_page/requests`)
      expect(refused.status).toBe(401)
      expect(contractErrors('ErrorResponse', await refused.json())).toEqual([])
      const settings = await (await fetch(`${emulator.url}/_page/settings`)).text()
      expect(JSON.parse(settings)).toMatchObject({ takesAnyKey: false })
      expect(settings).not.toContain('secret-key')
      expect(emulator.requests).toEqual([])
    })
  })

  it('list neither texts nor keys', async () => {
    await withEmulator({}, async (emulator) => {
      await call(emulator, '/embed', { body: embedBody(['a private text']) })
      const listed = await (await fetch(`${emulator.url}/_page/requests`)).text()
      expect(JSON.parse(listed)).toMatchObject({
        kept: 1,
        requests: [{ path: '/embed', items: 1, status: 200 }],
      })
      expect(listed).not.toContain('private')
      expect(listed).not.toContain(headers['api-key'])
    })
  })

  it.each([
    ['GET', '/_page'],
    ['GET', '/_page/nowhere'],
    ['GET', '/page.js'],
    ['POST', '/'],
    ['POST', '/_page/requests'],
  ])('are only these: %s %s is the contract’s 404', async (method, path) => {
    await withEmulator({}, async (emulator) => {
      const answer = await call(emulator, path, { method })
      expect(answer.status).toBe(404)
      expect(contractErrors('ErrorResponse', answer.body)).toEqual([])
      expect(emulator.requests).toHaveLength(1)
    })
  })
})
