/** One picture straight from the browser into storage; the server signs where, what type and how large. */
import { ask, post, Refusal, type Schemas } from '@/api/http'
import { words } from '@/words'

type Offer = Schemas['PictureOfferOut']
type PictureType = Schemas['PictureIn']['content_type']
const TYPES: readonly string[] = ['image/jpeg', 'image/png', 'image/webp']
export const ACCEPT = TYPES.join(',')

/** Where the picture is now. Throws `Refusal` with what is wrong with it. */
export async function upload(file: File): Promise<string> {
  if (!TYPES.includes(file.type)) throw refused(words.upload.type)
  const offer = await ask(post('/console/pictures', { body: { content_type: file.type as PictureType } }))
  if (file.size > offer.max_bytes) throw refused(words.upload.size(offer.max_bytes))
  await send(offer, file)
  return offer.picture_url
}

async function send(offer: Offer, file: File): Promise<void> {
  const form = new FormData()
  for (const [name, value] of Object.entries(offer.fields)) form.append(name, value)
  form.append('file', file)
  const answer = await fetch(offer.url, { method: 'POST', body: form }).catch(() => null)
  if (!answer?.ok) throw refused(words.upload.failed)
}

const refused = (detail: string) => new Refusal(422, 'NOT_UPLOADED', words.upload.title, detail)
