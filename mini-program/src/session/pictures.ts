/** Pictures of one's own: chosen on the device, sent straight to where the server says (S3). */
import { Refusal } from '@/api/call'
import { words } from '@/words/words'
import { platform } from '@platform'

export type PictureType = 'image/jpeg' | 'image/png'

export interface Picked {
  path: string
  type: PictureType
  bytes: number
}

/** Let somebody choose at most so many pictures; none when they turn away. */
export function pickPictures(count: number): Promise<Picked[]> {
  return new Promise((resolve) => {
    uni.chooseImage({
      count,
      sizeType: ['compressed'],
      success: ({ tempFiles, tempFilePaths }) => {
        const files = (Array.isArray(tempFiles) ? tempFiles : [tempFiles]) as { size: number; type?: string; name?: string }[]
        const paths = Array.isArray(tempFilePaths) ? tempFilePaths : [tempFilePaths]
        resolve(paths.map((path, index) => ({ path, type: typeOf(files[index], path), bytes: files[index]?.size ?? 0 })))
      },
      fail: () => resolve([]),
    })
  })
}

/** Send one picture. Throws `Refusal` in words when it does not arrive. */
export async function sendPicture(offer: { url: string; fields: Record<string, unknown> }, { path }: { path: string }): Promise<void> {
  try {
    await platform.upload({ url: offer.url, fields: offer.fields as Record<string, string> }, path)
  } catch {
    throw new Refusal(0, 'NETWORK', words.network.title, words.pictures.notSent)
  }
}

/** The browser knows the type; WeChat only gives a name. Both hand over JPEG unless it is a PNG. */
function typeOf(file: { type?: string } | undefined, path: string): PictureType {
  return file?.type === 'image/png' || /\.png$/i.test(path) ? 'image/png' : 'image/jpeg'
}
