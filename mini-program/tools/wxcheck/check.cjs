/**
 * Compile a built mini-program as WeChat does, without asking WeChat: `node check.cjs [folder]`.
 *
 * The compiler is WeChat's own (miniprogram-ci). It wants to learn the project's limits from WeChat's server by a
 * signed request; here it is told them, so that any key will do and nothing leaves this machine. Exits 1 with each
 * fault named: broken templates, styles, scripts and settings, missing pages, components and icons, and what
 * WeChat's code quality rules count as a fault of ours.
 */
const { generateKeyPairSync } = require('node:crypto')
const dns = require('node:dns')
const { mkdtempSync, rmSync, writeFileSync } = require('node:fs')
const { tmpdir } = require('node:os')
const { join } = require('node:path')

const ci = require('miniprogram-ci')

/** What several subpackages share must lie in the main package, though nothing there uses it. */
const NOT_JUDGED = ['CONTAINS_OTHER_PKG_JS']

// Nothing is asked of the network: a name that cannot be found is answered at once.
dns.lookup = (host, options, done = options) => done(Object.assign(new Error(`offline: ${host}`), { code: 'ENOTFOUND' }))

async function main() {
  const folder = mkdtempSync(join(tmpdir(), 'wxcheck-'))
  try {
    process.exitCode = (await faults(process.argv[2] ?? join(__dirname, '../../dist/build/mp-weixin'), folder)) ? 1 : 0
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

async function faults(projectPath, folder) {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
  const privateKeyPath = join(folder, 'key.pem')
  writeFileSync(privateKeyPath, privateKey.export({ type: 'pkcs1', format: 'pem' }))
  const project = new ci.Project({ appid: 'wx0123456789abcdef', type: 'miniProgram', projectPath, privateKeyPath, ignores: [] })
  project.attr = async () => ci.DefaultProjectAttr
  const steps = {
    settings: () => ci.getAppJSON(project),
    compile: () =>
      ci.getCompiledResult(
        { project, version: '0.0.1', desc: 'check', setting: { es6: true, minify: true }, onProgressUpdate() {} },
        join(folder, 'compiled.zip'),
      ),
    quality: () => quality(project, join(folder, 'quality.json')),
  }
  let found = 0
  for (const [name, step] of Object.entries(steps)) {
    try {
      await step()
      console.log(`ok   ${name}`)
    } catch (fault) {
      found += 1
      console.log(`FAIL ${name}: ${fault.code ?? ''} ${fault.message}`.slice(0, 2000))
    }
  }
  return found
}

async function quality(project, file) {
  const rules = await ci.checkCodeQuality(project, file)
  for (const one of rules) console.log(`     ${one.success ? 'ok ' : '-- '} ${one.name}`)
  const failed = rules.filter((one) => !one.success && !NOT_JUDGED.includes(one.name))
  if (failed.length) throw new Error(failed.map((one) => `${one.name}: ${one.text ?? ''} ${one.detail ? JSON.stringify(one.detail).slice(0, 300) : ''}`).join('\n'))
}

void main().then(() => process.exit())
