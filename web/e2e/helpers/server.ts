import { spawn, type ChildProcess } from 'node:child_process'
import { chmodSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import type { World } from './world'

const READY = /https?:\/\/[\w.:[\]]+/
const START_SECONDS = 180
const STOP_SECONDS = 30

/** What the demo campus says of itself. */
interface Logins {
  residents: { phone: string }[]
  staff: { login: string; password: string; roles: string[] }[]
}

function worldOf(baseUrl: string, dataDir: string, logins: Logins): World {
  const member = (role: string) => {
    const found = logins.staff.find(({ roles }) => roles.some((one) => one.toUpperCase() === role))
    if (!found) throw new Error(`the demo campus has nobody with the role ${role}`)
    return found
  }
  const [resident] = logins.residents
  if (!resident) throw new Error('the demo campus names no resident')
  return {
    baseUrl,
    outbox: process.env.OUTBOX ?? join(dataDir, 'outbox.jsonl'),
    residentPhone: resident.phone,
    reviewer: member('MANAGER'),
    cashier: member('CASHIER'),
  }
}

function start(program: string, dataDir: string): Promise<{ server: ChildProcess; baseUrl: string }> {
  const server = spawn(
    program,
    ['serve', '--demo', '--listen', '127.0.0.1:0', '--data-dir', dataDir],
    { stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, CHAOBIAO_DEVELOPMENT: 'true' } },
  )
  return new Promise((settle, fail) => {
    let said = ''
    const timer = setTimeout(() => stop('was not ready in time'), START_SECONDS * 1000)
    const stop = (why: string) => {
      clearTimeout(timer)
      server.kill()
      fail(new Error(`${program} ${why}:\n${said.slice(-4000)}`))
    }
    server.once('error', (error) => stop(error.message))
    server.once('exit', (code) => stop(`ended with ${code}`))
    server.stderr.on('data', (chunk: Buffer) => {
      said += chunk.toString('utf8')
    })
    server.stdout.on('data', (chunk: Buffer) => {
      said += chunk.toString('utf8')
      const line = said.split('\n').find((one) => one.includes('已启动') && READY.test(one))
      const [baseUrl] = READY.exec(line ?? '') ?? []
      if (!baseUrl) return
      clearTimeout(timer)
      server.removeAllListeners('exit')
      settle({ server, baseUrl })
    })
  })
}

async function finish(server: ChildProcess, dataDir: string): Promise<void> {
  const ended = new Promise((done) => server.once('exit', done))
  server.kill('SIGTERM')
  const late = setTimeout(() => server.kill('SIGKILL'), STOP_SECONDS * 1000)
  await ended
  clearTimeout(late)
  rmSync(dataDir, { recursive: true, force: true })
}

function readLogins(path: string): Logins {
  return JSON.parse(readFileSync(path, 'utf8')) as Logins
}

/**
 * With BASE_URL the tests drive that server (DATA_DIR is its data directory); without, they start
 * the built one on a free port with a campus of its own.
 */
export default async function setup(): Promise<(() => Promise<void>) | void> {
  const { BASE_URL: baseUrl, DATA_DIR: given = '../data', CHAOBIAO_BIN: program } = process.env
  const loginsIn = (dataDir: string) => process.env.DEMO_LOGINS ?? join(dataDir, 'demo-logins.json')
  if (baseUrl) {
    const world = worldOf(baseUrl, given, readLogins(loginsIn(given)))
    process.env.CHAOBIAO_E2E_WORLD = JSON.stringify(world)
    return
  }
  const dataDir = mkdtempSync(join(tmpdir(), 'chaobiao-e2e-'))
  // The database's account has to get in.
  chmodSync(dataDir, 0o755)
  const started = await start(program ?? resolve('../target/debug/chaobiao'), dataDir)
  try {
    const world = worldOf(started.baseUrl, dataDir, readLogins(loginsIn(dataDir)))
    process.env.CHAOBIAO_E2E_WORLD = JSON.stringify(world)
  } catch (error) {
    await finish(started.server, dataDir)
    throw error
  }
  return () => finish(started.server, dataDir)
}
