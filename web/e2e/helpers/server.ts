import { spawn, type ChildProcess } from 'node:child_process'
import { chmodSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { openAccount } from './account'
import type { World } from './world'

const PROGRAM = process.env.PROGRAM ?? resolve('../target/debug/chaobiao')
const READY = /https?:\/\/[\w.:[\]]+/
const START_SECONDS = 300
const STOP_SECONDS = 30

/** What the demo campus says of itself: a line for everybody who may look around in it. */
function worldOf(baseUrl: string, dataDir: string, said: string): World {
  const lines = said.split('\n')
  const staff = (position: string) => {
    const line = lines.find((one) => one.trimEnd().endsWith(`，${position}`))
    const [login, password] = line?.trim().split(/\s+/) ?? []
    if (!login || !password) throw new Error(`the demo names no ${position}:\n${said}`)
    return { login, password }
  }
  const phone = /^\s*(1\d{10})\s+居民/m.exec(said)?.[1]
  const clerk = /^\s*(1\d{10})\s+单位/m.exec(said)?.[1]
  if (!phone || !clerk) throw new Error(`the demo names no resident, or no clerk:\n${said}`)
  return {
    baseUrl,
    program: PROGRAM,
    dataDir: resolve(dataDir),
    outbox: process.env.OUTBOX ?? join(dataDir, 'outbox.jsonl'),
    residentPhone: phone,
    clerkPhone: clerk,
    reviewer: staff('用能管理科科长'),
    cashier: staff('收费员'),
    finance: staff('财务会计'),
    auditor: staff('审计员'),
    reader: staff('抄表员'),
    technician: staff('外线班班长'),
    admin: staff('系统管理员'),
    secondAdmin: staff('信息化专员'),
  }
}

interface Started {
  server: ChildProcess
  baseUrl: string
  said: string
}

function start(program: string, dataDir: string, settings: Record<string, string>): Promise<Started> {
  const server = spawn(
    program,
    ['serve', '--demo', '--listen', '127.0.0.1:0', '--data-dir', dataDir],
    { stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, CHAOBIAO_DEVELOPMENT: 'true', ...settings } },
  )
  return new Promise((settle, fail) => {
    let said = ''
    let trouble = ''
    const timer = setTimeout(() => stop('was not ready in time'), START_SECONDS * 1000)
    const stop = (why: string) => {
      clearTimeout(timer)
      server.kill()
      fail(new Error(`${program} ${why}:\n${(said + trouble).slice(-4000)}`))
    }
    server.once('error', (error) => stop(error.message))
    server.once('exit', (code) => stop(`ended with ${code}`))
    server.stderr.on('data', (chunk: Buffer) => {
      trouble += chunk.toString('utf8')
    })
    server.stdout.on('data', (chunk: Buffer) => {
      said += chunk.toString('utf8')
      const line = said.split('\n').find((one) => one.includes('已启动') && READY.test(one))
      const [baseUrl] = READY.exec(line ?? '') ?? []
      if (!baseUrl) return
      clearTimeout(timer)
      server.removeAllListeners('exit')
      settle({ server, baseUrl, said })
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

/**
 * With BASE_URL the tests drive that server: DATA_DIR is its data directory, DEMO_LOGINS a file
 * with what its demo printed. Without, they start the built one on a free port with a campus of
 * its own.
 */
export default async function setup(): Promise<(() => Promise<void>) | void> {
  const { BASE_URL: baseUrl, DATA_DIR: given = '../data' } = process.env
  if (baseUrl) {
    const said = readFileSync(process.env.DEMO_LOGINS ?? join(given, 'demo.txt'), 'utf8')
    process.env.CHAOBIAO_E2E_WORLD = JSON.stringify(worldOf(baseUrl, given, said))
    return
  }
  const dataDir = mkdtempSync(join(tmpdir(), 'chaobiao-e2e-'))
  // The database's account has to get in.
  chmodSync(dataDir, 0o755)
  const account = await openAccount(dataDir)
  const started = await start(PROGRAM, dataDir, account.settings)
  try {
    const world = worldOf(started.baseUrl, dataDir, started.said)
    process.env.CHAOBIAO_E2E_WORLD = JSON.stringify(world)
  } catch (error) {
    await finish(started.server, dataDir)
    throw error
  }
  return async () => {
    account.server.close()
    await finish(started.server, dataDir)
  }
}
