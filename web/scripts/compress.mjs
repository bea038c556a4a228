// Compresses the built pages once, so that the server never spends a request on it.
import { readdir, readFile, writeFile } from 'node:fs/promises'
import { extname, join } from 'node:path'
import { brotliCompressSync, constants, gzipSync } from 'node:zlib'

const TEXT = new Set(['.html', '.js', '.css', '.svg', '.json'])
const WORTH_IT_BYTES = 1024

const folder = process.env.WEB_OUT_DIR ?? 'dist'
for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
  if (!entry.isFile() || !TEXT.has(extname(entry.name))) continue
  const path = join(entry.parentPath, entry.name)
  const content = await readFile(path)
  if (content.length < WORTH_IT_BYTES) continue
  const options = { params: { [constants.BROTLI_PARAM_QUALITY]: 11 } }
  await writeFile(`${path}.br`, brotliCompressSync(content, options))
  await writeFile(`${path}.gz`, gzipSync(content, { level: 9 }))
}
