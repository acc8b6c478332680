import type { Context, Hono } from 'hono'
import { deleteCookie, getCookie, setCookie } from 'hono/cookie'
import type { PersonView, SessionView } from '../protocol.ts'
import { newPerson, SESSION_MS } from '../workspace/sessions.ts'
import type { HttpDeps, HttpEnv } from './app.ts'
import { Attempts } from './attempts.ts'
import { readJson } from './body.ts'
import { HttpProblem } from './problem.ts'
import { signIn } from './shapes.ts'
import { WORDS } from './words.ts'

export const COOKIE = 'parley_session'

/** @throws HttpProblem 401 */
export async function signedIn(c: Context, { sessions }: Pick<HttpDeps, 'sessions'>): Promise<PersonView> {
  const person = await current(c, { sessions })
  if (person === undefined) throw new HttpProblem(401, 'session: sign in first', { field: 'session' })
  return person
}

/** Who is asking, where they are signed in. */
export async function current(
  c: Context,
  { sessions }: Pick<HttpDeps, 'sessions'>,
): Promise<PersonView | undefined> {
  const secret = getCookie(c, COOKIE)
  return secret === undefined || secret === '' || secret.length > 64 ? undefined : await sessions.find(secret)
}

/** Who is asking, signing in, taking another name, and signing out. */
export function sessionRoutes(app: Hono<HttpEnv>, deps: HttpDeps): void {
  const { settings, sessions, clock } = deps
  const attempts = new Attempts(clock)

  const view = (person: PersonView | undefined): SessionView => ({
    needs: settings.token === undefined ? 'name' : 'name_and_token',
    person: person ?? null,
    model: { label: settings.modelLabel, rehearsal: settings.modelLabel.startsWith('rehearsal') },
    words: WORDS,
  })

  const checkToken = (given: string | undefined, address: string): void => {
    const wait = attempts.wait(address)
    if (wait !== undefined) {
      throw new HttpProblem(429, 'token: too many wrong ones; wait a minute', {
        field: 'token',
        retryAfter: Math.ceil(wait / 1_000),
      })
    }
    if (given !== undefined && sessions.admits(given)) return
    attempts.failed(address)
    throw new HttpProblem(401, `token: ${given === undefined ? 'needed here' : 'not the right one'}`, {
      field: 'token',
    })
  }

  app.get('/api/session', async (c) => c.json(view(await current(c, deps))))

  app.post('/api/session', async (c) => {
    const { name, token } = await readJson(c, signIn, clock)
    const secret = getCookie(c, COOKIE)
    const known = await current(c, deps)
    if (known !== undefined && secret !== undefined) {
      const renamed = { ...known, name }
      await sessions.rename(secret, renamed)
      return c.json(view(renamed))
    }
    if (settings.token !== undefined) checkToken(token, c.env.incoming.socket.remoteAddress ?? '')
    const person = newPerson(name)
    setCookie(c, COOKIE, await sessions.open(person), {
      httpOnly: true,
      sameSite: 'Strict',
      path: '/',
      maxAge: SESSION_MS / 1_000,
      secure: c.req.header('x-forwarded-proto') === 'https',
    })
    return c.json(view(person), 201)
  })

  app.delete('/api/session', async (c) => {
    const secret = getCookie(c, COOKIE)
    if (secret !== undefined && secret.length <= 64) await sessions.close(secret)
    deleteCookie(c, COOKIE, { path: '/' })
    return c.body(null, 204)
  })

  // Everywhere at once: for a browser that was left behind, or a cookie that somebody else may have.
  app.delete('/api/sessions', async (c) => {
    await sessions.closeAll(await signedIn(c, deps))
    deleteCookie(c, COOKIE, { path: '/' })
    return c.body(null, 204)
  })
}
