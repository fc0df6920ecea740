/**
 * Make a browser page of the built mini-program: `node build.mjs [mp-weixin build] [out folder]`.
 *
 * Each .wxml is compiled by WeChat's own template compiler, each .wxss becomes CSS, each script is wrapped so that it
 * finds no window, no document, no fetch: what would fail in WeChat fails here. `runtime.js` brings it to life.
 */
import { copyFileSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'

import { buildSync } from 'esbuild'

const { TmplGroup } = createRequire(import.meta.url)('glass-easel-template-compiler')
const here = (path) => fileURLToPath(new URL(path, import.meta.url))
const [root = here('../../dist/build/mp-weixin'), out = here('../../dist/wxhost')] = process.argv.slice(2)

/** What a browser has and WeChat's engine has not. */
const MISSING = [
  ...['window', 'document', 'self', 'location', 'history', 'navigator', 'localStorage', 'sessionStorage'],
  ...['fetch', 'XMLHttpRequest', 'FormData', 'Image', 'URL', 'URLSearchParams'],
]

const walk = (folder) =>
  readdirSync(folder, { withFileTypes: true }).flatMap((one) =>
    one.isDirectory() ? walk(join(folder, one.name)) : [join(folder, one.name)],
  )
const files = walk(root).map((file) => relative(root, file))
const read = (file) => readFileSync(join(root, file), 'utf8')
const ending = (end) => files.filter((file) => file.endsWith(end))
const bare = (file) => file.replace(/\.\w+$/, '')

function templates() {
  const group = new TmplGroup()
  for (const file of ending('.wxs')) group.addScript(bare(file), read(file))
  const said = ending('.wxml').flatMap((file) => group.addTmpl(bare(file), engineTerms(read(file))) ?? [])
  const wrong = said.filter((one) => one.isError)
  if (wrong.length) throw new Error(wrong.map((one) => `${one.path}:${one.startLine} ${one.message}`).join('\n'))
  return group.getTmplGenObjectGroups()
}

/** The engine wants `bind:tap` for `bindtap`, and shows a test's marks only under another name. */
function engineTerms(wxml) {
  return wxml
    .replace(/(\s)(capture-bind|capture-catch|bind|catch)([a-z]+)(?==)/g, '$1$2:$3')
    .replace(/ data-testid=("[^"]*")/g, ' data-testid=$1 testid=$1')
}

function style(file) {
  return read(file)
    .replace(/(-?\d*\.?\d+)rpx\b/g, 'calc($1 * 100vw / 750)')
    .replace(/(^|[},\s>])page(?=[\s,{.])/g, '$1body')
    .replace(/@import\s+["']([^"']+)["'];?/g, (_, path) => style(join(dirname(file), path)))
}

const settings = Object.fromEntries(
  ending('.json')
    .filter((file) => !file.startsWith('project.'))
    .map((file) => [bare(file), JSON.parse(read(file))]),
)
const modules = ending('.js').map(
  (file) => `${JSON.stringify(file)}: function (require, module, exports, global, ${MISSING}) {${read(file)}\n}`,
)
const styles = ending('.wxss').sort((a, b) => Number(b === 'app.wxss') - Number(a === 'app.wxss'))

rmSync(out, { recursive: true, force: true })
mkdirSync(out, { recursive: true })
writeFileSync(join(out, 'app.css'), styles.map((file) => style(file)).join('\n'))
writeFileSync(
  join(out, 'app.js'),
  `window.miniProgram = { templates: ${templates()}, settings: ${JSON.stringify(settings)}, modules: {${modules.join(',\n')}} }`,
)
buildSync({
  entryPoints: [here('runtime.js')],
  bundle: true,
  format: 'iife',
  outfile: join(out, 'host.js'),
  logLevel: 'error',
  alias: { 'glass-easel': here('node_modules/glass-easel/dist/glass_easel.all.es.js') },
})
for (const file of files.filter((one) => /\.(png|jpe?g|gif|svg)$/.test(one))) {
  mkdirSync(dirname(join(out, file)), { recursive: true })
  copyFileSync(join(root, file), join(out, file))
}
for (const file of ['host.css', 'index.html']) copyFileSync(here(file), join(out, file))
