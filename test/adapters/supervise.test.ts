import { describe, expect, test } from 'vitest'
import type { Host, Platform } from '#adapters/platform.ts'
import { SupervisedPlatform } from '#adapters/supervise.ts'
import { PlatformError } from '#core/errors.ts'
import { recordingLog } from '#test/quiet-log.ts'
import { settle, VirtualClock } from '#test/virtual-clock.ts'

function supervise(starts: (() => Promise<void>)[], stop = async (): Promise<void> => {}) {
  const clock = new VirtualClock()
  const { log, lines } = recordingLog()
  const abort = new AbortController()
  let tries = 0
  const trouble: { now: string | undefined } = { now: undefined }
  const platform: Platform = {
    name: 'slack',
    get trouble() {
      return trouble.now
    },
    start: async () => starts[Math.min(tries++, starts.length - 1)]?.(),
    stop,
    past: async () => [],
    open: () => {
      throw new Error('nothing is shown here')
    },
  }
  const supervised = new SupervisedPlatform(platform)
  const settled = supervised.start({ host: {} as Host, clock, log, signal: abort.signal })
  return { clock, lines, abort, trouble, supervised, settled, tries: () => tries }
}
const refuse = (permanent: boolean) => async () => {
  const fault = {
    platform: 'Slack',
    method: 'auth.test',
    code: 'invalid_auth',
    fix: 'Set SLACK_BOT_TOKEN.',
    permanent,
  }
  throw new PlatformError(fault)
}

describe('a platform that does not come up', () => {
  test('is given up when nothing but a person can help, and says what to do', async () => {
    const { supervised, settled, lines, tries } = supervise([refuse(true)])
    await settled
    expect(supervised.state).toEqual({
      is: 'failed',
      reason: 'Slack: auth.test failed with invalid_auth. Set SLACK_BOT_TOKEN.',
    })
    expect(tries()).toBe(1)
    expect(lines()[0]).toMatchObject({ level: 50, msg: expect.stringContaining('Set SLACK_BOT_TOKEN.') })
  })

  test('is tried again, at growing distances, until it is there', async () => {
    const { supervised, settled, clock, tries } = supervise([refuse(false), refuse(false), async () => {}])
    await settle()
    expect(supervised.state.is).toBe('retrying')
    await clock.advance(1_000)
    expect(tries()).toBe(2)
    await clock.advance(1_000)
    expect(tries()).toBe(2)
    await clock.advance(1_000)
    await settled
    expect([supervised.state, tries()]).toEqual([{ is: 'up' }, 3])
  })

  test('T3: what waits for it goes on when it is there, or hears that nobody waits any more', async () => {
    const { supervised, clock, settled } = supervise([refuse(false), async () => {}])
    const gone = new AbortController()
    const [kept, left] = [supervised.whenUp(new AbortController().signal), supervised.whenUp(gone.signal)]
    gone.abort(new Error('handed over'))
    await expect(left).rejects.toThrow('handed over')
    expect(await Promise.race([kept, settle().then(() => 'waits')])).toBe('waits')
    await clock.advance(1_000)
    await settled
    await kept
  })

  test('says so when it was up and does not work any more, and that it works again', async () => {
    const { supervised, settled, trouble } = supervise([async () => {}])
    await settled
    trouble.now = 'The token is revoked.'
    expect(supervised.state).toEqual({ is: 'down', reason: 'The token is revoked.' })
    trouble.now = undefined
    expect(supervised.state).toEqual({ is: 'up' })
  })

  test('is not tried after the stop', async () => {
    const { settled, abort, tries } = supervise([refuse(false)])
    await settle()
    abort.abort()
    await settled
    expect(tries()).toBe(1)
  })
})

describe('T7: the stop of a platform', () => {
  test('is over as soon as the platform says so', async () => {
    const { supervised, clock, settled } = supervise([async () => {}])
    const { log, lines } = recordingLog()
    await settled
    await supervised.stop({ clock, log })
    expect(lines()).toEqual([])
  })

  test('that fails is logged, and holds up nobody', async () => {
    const { supervised, clock } = supervise([async () => {}], async () => {
      throw new Error('socket gone')
    })
    const { log, lines } = recordingLog()
    await supervised.stop({ clock, log })
    expect(lines()).toMatchObject([{ platform: 'slack', err: { message: 'socket gone' } }])
  })

  test('that never ends is left after ten seconds', async () => {
    const { supervised, clock } = supervise([async () => {}], () => new Promise(() => {}))
    const { log, lines } = recordingLog()
    let over = false
    const stopped = supervised.stop({ clock, log }).then(() => {
      over = true
    })
    await clock.advance(9_999)
    expect(over).toBe(false)
    await clock.advance(1)
    await stopped
    expect(lines()).toMatchObject([{ level: 40, platform: 'slack' }])
  })
})
