import { execFile } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { world } from './world'

interface Ran {
  /** 0 where nothing was refused and nothing differs. */
  status: number
  said: string
}

/** The command line beside the server, as an administrator uses it. */
export function command(...given: string[]): Promise<Ran> {
  const { program, dataDir } = world()
  // What these tests keep in the environment is no setting of the program.
  const { CHAOBIAO_E2E_WORLD: _world, ...kept } = process.env
  const env = { ...kept, CHAOBIAO_DEVELOPMENT: 'true' }
  return new Promise((settle) => {
    execFile(program, [...given, '--data-dir', dataDir], { env, timeout: 60_000 }, (error, stdout, stderr) => {
      settle({ status: error ? Number(error.code ?? 1) : 0, said: `${stdout}${stderr}` })
    })
  })
}

/** A file somebody brings, by its path. */
export function fileOf(path: string, lines: readonly string[]): string {
  writeFileSync(path, `${lines.join('\n')}\n`)
  return path
}
