/** Hold the budget of what was built: first-load script of the H5 gzipped, the mini-program whole and its main package. */
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'

const H5 = 'dist/build/h5'
const MINI = 'dist/build/mp-weixin'
const BUDGET = { h5: 150 * 1024, mini: 700 * 1024, main: 1536 * 1024 }

const files = (folder) =>
  readdirSync(folder, { withFileTypes: true }).flatMap((one) =>
    one.isDirectory() ? files(join(folder, one.name)) : [join(folder, one.name)],
  )
const page = readFileSync(join(H5, 'index.html'), 'utf8')
const scripts = [...page.matchAll(/(?:src|href)="[^"]*?(assets\/[^"]+\.js)"/g)].map((found) => join(H5, found[1]))
if (scripts.length === 0) throw new Error('the H5 page names no script')
const { subPackages } = JSON.parse(readFileSync(join(MINI, 'app.json'), 'utf8'))
const isMain = (file) => !subPackages.some(({ root }) => file.startsWith(join(MINI, root) + '/'))
const sum = (chosen) => chosen.reduce((total, file) => total + statSync(file).size, 0)
const sizes = {
  h5: scripts.reduce((sum, file) => sum + gzipSync(readFileSync(file)).length, 0),
  mini: sum(files(MINI)),
  main: sum(files(MINI).filter(isMain)),
}
for (const [name, size] of Object.entries(sizes)) {
  console.log(`${name}: ${(size / 1024).toFixed(1)} KB of ${BUDGET[name] / 1024} KB`)
  if (size > BUDGET[name]) process.exitCode = 1
}
