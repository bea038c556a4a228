// Tells the built worker what it keeps for the field pages: whatever /m/ is made of, and nothing of
// the console's. Read from the built files themselves, each of which names those it loads.
import { createHash } from 'node:crypto'
import { readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

const PLACE = '__BUILD__'
const folder = process.env.WEB_OUT_DIR ?? 'dist'
const built = await readdir(join(folder, 'assets'))
const page = await readFile(join(folder, 'm.html'), 'utf8')

const files = new Set()
const toRead = [page]
for (let text = toRead.pop(); text !== undefined; text = toRead.pop()) {
  for (const name of built) {
    if (files.has(name) || !text.includes(name)) continue
    files.add(name)
    if (name.endsWith('.js')) toRead.push(await readFile(join(folder, 'assets', name), 'utf8'))
  }
}

const paths = [...files].sort().map((name) => `/assets/${name}`)
const icon = await readFile(join(folder, 'favicon.svg'))
const version = createHash('sha256').update(page).update(icon).update(paths.join('\n')).digest('hex').slice(0, 16)
const worker = join(folder, 'sw.js')
const code = await readFile(worker, 'utf8')
if (code.split(PLACE).length !== 2) throw new Error(`${worker} should name ${PLACE} once`)
const build = { version, page: '/m/staff', files: [...paths, '/favicon.svg'] }
await writeFile(worker, code.replace(PLACE, () => JSON.stringify(build)))
console.log(`sw.js keeps ${build.files.length} files, version ${version}`)
