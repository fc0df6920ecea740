// Cut the request bodies of the console's doors out of the contract: forms are drawn from them at run time, so that
// titles, limits and choices are kept once, in the Python models.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'

const contract = JSON.parse(readFileSync(new URL('../../openapi.json', import.meta.url), 'utf8'))
const forms = {}

function take(name) {
  if (forms[name]) return
  forms[name] = contract.components.schemas[name]
  for (const [, next] of JSON.stringify(forms[name]).matchAll(/#\/components\/schemas\/(\w+)/g)) take(next)
}

for (const [path, operations] of Object.entries(contract.paths)) {
  if (!path.startsWith('/console')) continue
  for (const { requestBody } of Object.values(operations)) {
    const found = requestBody?.content?.['application/json']?.schema?.$ref
    if (found) take(found.split('/').pop())
  }
}
mkdirSync(new URL('../src/api/', import.meta.url), { recursive: true })
writeFileSync(new URL('../src/api/forms.json', import.meta.url), JSON.stringify(forms))
