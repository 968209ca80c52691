import { expect, it, onTestFinished, vi } from 'vitest'
import { channels } from './events.js'
import { Observer } from './observer.js'

it('makes no events where nobody listens', () => {
  const spies = Object.values(channels).map((channel) => vi.spyOn(channel, 'publish'))
  onTestFinished(() => {
    for (const spy of spies) spy.mockRestore()
  })
  const observer = new Observer(undefined)
  const request = { method: 'POST', path: '/embed', host: 'localhost', attempt: 1 } as const
  observer.started(request)
  observer.retrying(request, new Error('once'))
  observer.failed(request, 1, new Error('twice'))
  observer.succeeded(request, 1, {})
  for (const spy of spies) expect(spy).not.toHaveBeenCalled()
})
